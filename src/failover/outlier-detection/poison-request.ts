import type { Attempt } from '../attempt/attempt.ts';

/** This many keys that fail one request alike are too many for a coincidence. */
const MIN_EQUAL_FAILURES = 3;

type Failed = Pick<Attempt, 'plan' | 'effect' | 'verdict' | 'errorWhere' | 'startedAt'>;

/**
 * Where a request is under suspicion of being the trouble itself: its last tries were answered with one and the
 * same ambiguous error by one provider's keys. Broken connections say nothing of the request.
 * @param failed - the request's failed tries, oldest first
 * @returns when the first of the tries began that fail alike, in milliseconds since the epoch; undefined without
 *   suspicion
 */
export function poisonedSince(failed: readonly Failed[]): number | undefined {
  const last = failed.at(-1);
  const first = failed.at(-MIN_EQUAL_FAILURES);
  if (last === undefined || first === undefined) return undefined;
  const isAlike = failed
    .slice(-MIN_EQUAL_FAILURES)
    .every(
      ({ plan, effect, verdict, errorWhere }) =>
        plan.provider === last.plan.provider &&
        effect.kind === 'counts' &&
        errorWhere !== undefined &&
        verdict.rule === last.verdict.rule,
    );
  return isAlike ? first.startedAt : undefined;
}
