import type { Effect } from '../keys/record/event.ts';
import type { Verdict } from './verdict.ts';

const succeeds: Effect = { kind: 'succeeds' };
const counts: Effect = { kind: 'counts' };
const condemnsDead: Effect = { kind: 'condemns', cause: 'key_dead' };
const condemnsBilling: Effect = { kind: 'condemns', cause: 'billing' };
const throttles: Effect = { kind: 'throttles' };
const denies: Effect = { kind: 'denies' };
const none: Effect = { kind: 'none' };

/**
 * What a verdict does to the record of its key. A definite verdict acts at once, an ambiguous one is counted, and what is
 * the client's or no one's fault changes nothing.
 */
export function effectOf(verdict: Verdict): Effect {
  switch (verdict.class) {
    case 'ok':
      return succeeds;
    case 'key_dead':
      return condemnsDead;
    case 'billing':
      // Only one model's allowance is spent: the key can still be used for others.
      return verdict.scope === 'key_model' ? denies : condemnsBilling;
    case 'rate_limit':
      return throttles;
    case 'model_denied':
      // The provider offers it to no one: that says nothing about the key.
      return verdict.scope === 'provider' ? none : denies;
    case 'overloaded':
    case 'unknown':
      return counts;
    case 'client_error':
    case 'content_blocked':
    case 'region':
      return none;
  }
}
