import type { Attempt } from '../attempt/attempt.ts';

/** So many keys that fail one request with the same error are no coincidence. */
const MIN_EQUAL_FAILURES = 3;

type Failed = Pick<Attempt, 'plan' | 'effect' | 'verdict' | 'errorWhere' | 'startedAt'>;

/**
 * Whether a request probably causes its failures itself (a poison request): its last attempts, with keys of one provider,
 * got the same ambiguous error. Broken connections say nothing about the request.
 * @param failed - the request's failed attempts, oldest first
 * @returns when the first of these attempts began, in milliseconds since the epoch; undefined where it is not suspected
 */
export function poisonedSince(failed: readonly Failed[]): number | undefined {
  const last = failed.at(-1);
  const first = failed.at(-MIN_EQUAL_FAILURES);
  if (last === undefined || first === undefined) return undefined;
  const areEqual = failed
    .slice(-MIN_EQUAL_FAILURES)
    .every(
      ({ plan, effect, verdict, errorWhere }) =>
        plan.provider === last.plan.provider &&
        effect.kind === 'counts' &&
        errorWhere !== undefined &&
        verdict.rule === last.verdict.rule,
    );
  return areEqual ? first.startedAt : undefined;
}
