/** How long a worker that ended by itself waits to be started again. Milliseconds. */
interface BackoffBounds {
  /** The first wait; each further one is twice the one before. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** After a run of this length the next wait is the first one again. */
  readonly provenMs: number;
}

const BACKOFF: BackoffBounds = { firstMs: 100, maxMs: 30_000, provenMs: 60_000 };

/**
 * The next wait.
 * @param lastMs - the wait before this one; 0 where there was none
 * @param livedMs - how long the worker ran
 */
export function nextWait(lastMs: number, livedMs: number, bounds: BackoffBounds = BACKOFF): number {
  if (lastMs === 0 || livedMs >= bounds.provenMs) return bounds.firstMs;
  return Math.min(2 * lastMs, bounds.maxMs);
}
