import type { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptPlan } from '../failover/attempt/attempt-plan.ts';
import type { Provider } from '../providers/provider.ts';

/** An answer to a health check is small. Bytes. */
const HOLD_BYTES = 64 * 1024;

/** The bounds of one request of a health check. */
export function checkLimits({ config }: Provider): AttemptPlan['limits'] {
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

/** Reads what is left of an answer, of which nobody needs a word. */
export async function drain(attempt: Attempt): Promise<void> {
  if (attempt.opening.kind !== 'open') return;
  await attempt.relay({ write: () => true, onDrain: (resume) => resume() });
}
