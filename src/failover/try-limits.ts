import type { Call } from '../dialects/operations/call.ts';
import type { ExchangeLimits } from '../upstream/exchange.ts';
import type { Attempt } from './attempt/attempt.ts';
import type { AttemptTools } from './attempt/attempt-plan.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { RouteTarget } from '../routing/route.ts';

/** A whole answer is written to its end before any of it comes: it has so many times the time of a stream. */
const WHOLE_TO_STREAM = 2;

/** A try that is about to be made. */
export interface NextTry {
  readonly call: Call;
  readonly target: Pick<RouteTarget, 'provider' | 'model' | 'pinnedKey'>;
  /** Targets of the route that come after this one. */
  readonly targetsLeft: number;
  /** The tries of this request that failed, in order. */
  readonly failed: readonly Pick<Attempt, 'plan' | 'timedOut'>[];
}

/**
 * How long the next try may take. `firstOutputMs` is 0 or less where there is no time for it: the deadline is over, what
 * is left of it is kept for the targets to come, or this target timed out for this request before and another is left.
 */
export function tryLimits(
  next: NextTry,
  { recorder, now }: Pick<AttemptTools, 'recorder' | 'now'>,
  limits: Pick<ExchangeLimits, 'holdBytes' | 'stallMs' | 'holdWhole'>,
): ExchangeLimits {
  const { call, target, targetsLeft, failed } = next;
  const { config, policy } = target.provider;
  const at = now();
  const leftMs = call.acceptedAt + config.deadline - at - keptMs(config.deadline, targetsLeft);
  const mostMs = failed.length > 0 ? Math.min(leftMs, policy.retryTimeoutMs) : leftMs;
  const skipsTarget = targetsLeft > 0 && hasTimedOut(next);
  const waitMs = skipsTarget
    ? 0
    : firstOutputWaitMs(next, recorder.firstOutputStats.timesOf(target, call), at);
  return {
    ...limits,
    firstOutputMs: Math.min(waitMs, mostMs),
    aliveMs: Math.min(config.aliveTimeout, mostMs),
    idleMs: config.idleTimeout,
    resends: !call.creates,
  };
}

/**
 * What is reserved of a deadline for the targets that are left: a third of it for one, half for two, ever more for more.
 * It is the same for all tries at one target, however many, so that these cannot use it up.
 */
export function keptMs(deadlineMs: number, targetsLeft: number): number {
  return (deadlineMs * targetsLeft) / (targetsLeft + 2);
}

/**
 * How long a first output is waited for, within `firstOutputFloor` and `firstOutputTimeout`. It is cut short only where
 * something else can be tried:
 *
 * - Another target: as long as the model has shown to need, once. Before it has shown that, `firstOutputGuess` for
 *   a stream, twice that for a whole answer, and for one that thinks all there is.
 * - Only other keys of the same provider: as long as the model has shown to need, once. What is slow with one key is
 *   most likely slow with the next, so that the second try waits all there is: a request is cut off from work that is
 *   paid for once at most. Before anything is known, it is not cut off at all.
 * - Nothing, or what cannot be sent twice: all there is.
 */
function firstOutputWaitMs(next: NextTry, times: LatencyHistogram | undefined, now: number): number {
  const { call, targetsLeft } = next;
  const { firstOutputFloor: least, firstOutputGuess, ...timeouts } = next.target.provider.config;
  const most = call.stream ? timeouts.streamFirstOutputTimeout : timeouts.firstOutputTimeout;
  if (call.creates || call.body.kind === 'streamed') return most;
  if (targetsLeft === 0) {
    if (times?.hasEnoughSamples(now) !== true || hasTimedOut(next) || !hasKeysLeft(next, now)) return most;
  }
  const guessMs = call.stream ? firstOutputGuess : firstOutputGuess * WHOLE_TO_STREAM;
  const unknownMs = call.hints.asksForReasoning ? most : guessMs;
  const enoughMs = times?.timeoutMs(unknownMs, now) ?? unknownMs;
  return Math.min(Math.max(enoughMs, least), most);
}

/** Whether another key of the provider could be tried after this one. */
function hasKeysLeft(next: NextTry, now: number): boolean {
  const { provider, pinnedKey } = next.target;
  if (pinnedKey !== undefined) return false;
  return (
    Math.min(provider.pool.inService(now).length, provider.policy.attempts) >
    attemptsAtTarget(next).length + 1
  );
}

/** Whether a try of this request timed out at the target. */
function hasTimedOut(next: NextTry): boolean {
  return attemptsAtTarget(next).some(({ timedOut }) => timedOut);
}

/** The tries at this target: what one model of a provider does says nothing of the time that another one needs. */
function attemptsAtTarget({ target: { provider, model }, failed }: NextTry): NextTry['failed'] {
  return failed.filter(({ plan }) => plan.provider === provider && plan.model === model);
}
