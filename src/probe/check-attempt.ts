import type { Call } from '../dialects/operations/call.ts';
import type { AttemptPlan, AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { Attempt } from '../failover/attempt/attempt.ts';
import type { Provider } from '../providers/provider.ts';

/** A response to a health check is small. Bytes. */
const HOLD_BYTES = 64 * 1024;

/** The plan of an attempt without its limits, which are those of health checks. */
export type CheckAttemptPlan = Omit<AttemptPlan, 'limits'>;

/** Makes one request of a health check, and reads its response to the end without keeping it. */
export async function attemptCheck(
  call: Call,
  plan: CheckAttemptPlan,
  tools: AttemptTools,
): Promise<Attempt> {
  const attempt = await Attempt.start(call, { ...plan, limits: checkLimits(plan.provider) }, tools);
  if (attempt.opening.kind === 'open')
    await attempt.relay({ write: () => true, onDrain: (resume) => resume() });
  return attempt;
}

function checkLimits({ config }: Provider): AttemptPlan['limits'] {
  const { healthCheckTimeout } = config.failover;
  return {
    firstOutputMs: healthCheckTimeout,
    aliveMs: healthCheckTimeout,
    idleMs: healthCheckTimeout,
    stallMs: healthCheckTimeout,
    holdBytes: HOLD_BYTES,
    resends: true,
  };
}
