import type { Attempt } from '../attempt/attempt.ts';
import type { Recorder } from '../recorder.ts';

type Ended = Pick<Attempt, 'plan' | 'effect' | 'confidence' | 'ended'>;

/**
 * At the end of a request, or when its answer has begun: what this shows about the verdicts of its attempts. Where a key
 * answered, the verdicts on other keys of its pool were not caused by the request, and are confirmed. Where none did, and
 * the request took several keys of a provider out, these are checked at once.
 *
 * @param answered - the attempt that passed the commit gate, if any
 * @param failed - the others
 */
export function confirmVerdicts(
  answered: Pick<Attempt, 'plan'> | undefined,
  failed: readonly Ended[],
  recorder: Recorder,
): void {
  // Where the provider named a wait, no check comes before it is over.
  const takenOut = failed.filter(({ effect, ended }) => effect.kind === 'condemns' && !ended?.waitMs);
  for (const attempt of failed) {
    const { plan, confidence, ended } = attempt;
    if (plan.pooled === undefined || ended === undefined) continue;
    if (plan.provider === answered?.plan.provider) {
      if (confidence !== 'certain') recorder.confirm(plan.provider, plan.pooled, ended);
    } else if (takenOut.some((other) => other !== attempt && other.plan.provider === plan.provider)) {
      if (takenOut.includes(attempt)) recorder.requestCheck(plan.provider, plan.pooled, ended);
    }
  }
}
