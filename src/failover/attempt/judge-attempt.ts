import type { Call } from '../../dialects/operations/call.ts';
import type { Effect } from '../../keys/record/event.ts';
import type { FailoverPolicy } from '../../providers/failover-policy.ts';
import type { Provider } from '../../providers/provider.ts';
import { effectOf } from '../../verdict/effect.ts';
import { isGood, judge } from '../../verdict/judge.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import { OK } from '../../verdict/verdict.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { wallClock } from './attempt-plan.ts';
import type { AttemptTools, CheckAim } from './attempt-plan.ts';
import { searchRequestText } from './request-text.ts';

/**
 * The verdict on what an attempt observed. A good answer costs neither a look at the clock nor one at what the client sent.
 */
export function judgeAttempt(
  outcome: Answered | Faulted,
  call: Call,
  { type, config }: Provider,
  tools: Pick<AttemptTools, 'now' | 'wallNow'>,
): Verdict {
  if (isGood(outcome)) return OK;
  return judge(outcome, {
    providerType: type,
    now: wallClock(tools)(),
    operation: call.target.operation.name,
    ownRules: config.verdicts,
    isClientText: searchRequestText(call),
  });
}

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
