import type { Call } from '../dialects/operations/call.ts';
import type { FailoverPolicy } from '../providers/failover-policy.ts';
import type { Attempt } from './attempt/attempt.ts';
import type { Retry } from '../verdict/verdict.ts';

/*
 * What may be done after a failed attempt, and what it costs. Pure functions.
 */

/** What may be done next with the request; `final`: nothing, it ends with its failures so far. */
export type NextStep = Exclude<Retry, 'none'> | 'final';

type Failed = Pick<Attempt, 'effect' | 'verdict' | 'confidence'>;

/**
 * What may be done after a failed attempt.
 * @param isLast - no other provider comes after this one
 * @param triesNextOnTooLong - what is too long for one model is for the next to answer
 */
export function nextStep(
  call: Pick<Call, 'body' | 'creates'>,
  attempt: Pick<Attempt, 'verdict' | 'mayHaveActed' | 'failedByStatus'>,
  policy: Pick<FailoverPolicy, 'retriesStatus'>,
  isLast: boolean,
  triesNextOnTooLong = false,
): NextStep {
  if (call.body.kind === 'streamed') return 'final';
  if (call.creates && attempt.mayHaveActed) return 'final';
  if (triesNextOnTooLong && isTooLong(attempt)) return 'other-provider';
  if (policy.retriesStatus !== undefined && attempt.failedByStatus !== undefined) {
    if (policy.retriesStatus(attempt.failedByStatus)) return 'other-key';
    // Statuses speak of this provider's keys: what is its own fault alone, the next provider may answer.
    return attempt.verdict.retry === 'none' ? 'final' : 'other-provider';
  }
  switch (attempt.verdict.retry) {
    case 'none':
      return 'final';
    case 'other-provider':
      // Where none is left, an overloaded provider may still have room for another key.
      return isLast && attempt.verdict.class === 'overloaded' ? 'other-key' : 'other-provider';
    case 'other-key':
    case 'other-domain':
      return attempt.verdict.retry;
  }
}

/**
 * Whether a request was refused because it holds more than the model, or the provider, takes: one that takes more may
 * answer it. Where another key's limits may have room for it, the verdict says so, and that comes first.
 */
export function isTooLong({ verdict, failedByStatus }: Pick<Attempt, 'verdict' | 'failedByStatus'>): boolean {
  if (verdict.class !== 'client_error' || verdict.retry !== 'none') return false;
  return failedByStatus === 413 || verdict.rule.includes('context-length');
}

/**
 * Whether a failure is one of the `attempts` that a request has at a provider. A rejection that takes its key out
 * or holds it does not: the next request will not run into it again, and requests that find most keys of a pool
 * dead would otherwise fail. Where `maxRetries` was asked for, it bounds tries of every kind.
 */
export function usesUpAnAttempt(
  attempt: Failed,
  { boundsRejections }: Pick<FailoverPolicy, 'boundsRejections'>,
): boolean {
  return boundsRejections || !isRejection(attempt);
}

/**
 * Whether the next request may meet the same with this key, so that nothing but the budget keeps tries from
 * multiplying. A definite verdict that is believed keeps others from the key; a request that is too large leaves no
 * mark on it.
 */
export function mayRepeat({ effect, verdict, confidence }: Failed, next: NextStep): boolean {
  if (confidence === 'in-doubt') return true;
  return effect.kind === 'counts' || (verdict.class === 'client_error' && next === 'other-domain');
}

/** It was decided at once that its key is not to be used: at all, or for this model. What is in doubt decides nothing. */
function isRejection({ effect, confidence }: Failed): boolean {
  if (confidence === 'in-doubt') return false;
  return effect.kind === 'condemns' || effect.kind === 'throttles' || effect.kind === 'denies';
}
