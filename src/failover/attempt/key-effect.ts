import type { Effect } from '../../keys/record/event.ts';
import type { FailoverPolicy } from '../../providers/failover-policy.ts';
import { effectOf } from '../../verdict/effect.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import type { Verdict } from '../../verdict/verdict.ts';

/**
 * What a health check is to show. `key`: any answer to a known caller will do, even one that finds fault with the
 * question. `credit`: only a good one. `circuit`: the provider is tested, with a key of which nobody has a doubt.
 */
export type CheckAim = 'key' | 'credit' | 'circuit';

/**
 * Where `failoverOnStatus` was given, the status of a plain answer decides whether it counts, and nothing
 * else does. A status says nothing of a fault or of an error inside a 200: there the verdict decides.
 */
export function effectUnder(policy: FailoverPolicy, outcome: Answered | Faulted, verdict: Verdict): Effect {
  if (policy.countsStatus === undefined || outcome.kind === 'faulted') return effectOf(verdict);
  if (outcome.where !== 'none' && outcome.status < 300) return effectOf(verdict);
  if (policy.countsStatus(outcome.status)) return { kind: 'counts' };
  return outcome.status < 300 ? { kind: 'succeeds' } : { kind: 'none' };
}

/**
 * A check that asked for the wrong thing has still shown that the key is let in. What is denied to a request that names
 * no model, such as somebody's file, is not denied to models.
 * @param check - what it was to show; undefined for a client's request
 * @param model - that the request was for, if it named one
 */
export function effectFor(
  check: CheckAim | undefined,
  effect: Effect,
  verdict: Verdict,
  model: string | undefined,
): Effect {
  if (effect.kind === 'denies' && model === undefined) return { kind: 'none' };
  // It is the provider's failure, and no key's.
  if (check === 'circuit' && effect.kind === 'counts') return { kind: 'none' };
  const isLetIn = verdict.class === 'client_error' || verdict.class === 'content_blocked';
  return check === 'key' && isLetIn ? { kind: 'succeeds' } : effect;
}
