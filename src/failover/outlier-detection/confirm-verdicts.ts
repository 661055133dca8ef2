import type { Attempt } from '../attempt/attempt.ts';
import type { Recorder } from '../recorder.ts';

type Ended = Pick<Attempt, 'plan' | 'effect' | 'confidence' | 'ended'>;

/**
 * A request is over, or its answer has begun: what this says of the verdicts on its way. Where a key answered, what the
 * others of its pool said of themselves was no matter of the request's words. Where none did, and several were taken
 * out by it, they are not left waiting for their checks.
 *
 * @param answered - the attempt that passed the gate, where one did
 * @param failed - those that did not
 */
export function confirmVerdicts(
  answered: Pick<Attempt, 'plan'> | undefined,
  failed: readonly Ended[],
  recorder: Recorder,
): void {
  // Where the provider named a time, it is waited for.
  const condemned = failed.filter(({ effect, ended }) => effect.kind === 'condemns' && !ended?.waitMs);
  for (const attempt of failed) {
    const { plan, confidence, ended } = attempt;
    if (plan.pooled === undefined || ended === undefined) continue;
    if (plan.provider === answered?.plan.provider) {
      if (confidence !== 'certain') recorder.confirm(plan.provider, plan.pooled, ended);
    } else if (condemned.some((other) => other !== attempt && other.plan.provider === plan.provider)) {
      if (condemned.includes(attempt)) recorder.requestCheck(plan.provider, plan.pooled, ended);
    }
  }
}
