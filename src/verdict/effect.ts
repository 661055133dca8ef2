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
 * What a verdict does to the record of the key it fell on. A definite verdict acts at once, an ambiguous one
 * counts, and what is the caller's or nobody's fault leaves no mark.
 */
export function effectOf(verdict: Verdict): Effect {
  switch (verdict.class) {
    case 'ok':
      return succeeds;
    case 'key_dead':
      return condemnsDead;
    case 'billing':
      // Where one model's allowance is spent, the key still has the others.
      return verdict.scope === 'key_model' ? denies : condemnsBilling;
    case 'rate_limit':
      return throttles;
    case 'model_denied':
      // What the provider has for nobody is not denied to a key.
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
