/** Retries allowed for each request of the last ten seconds. */
const RETRIES_PER_REQUEST = 0.2;
/** Retries allowed in ten seconds whatever the traffic. */
const MIN_RETRIES = 10;
const SLICE_MS = 1_000;
const SLICES = 10;

/**
 * Keeps retries from multiplying the load of an outage. A sliding window of the last ten seconds, in slices of one; one
 * for each provider and process. Which retries need a permit is decided by `try-target`.
 */
export class RetryBudget {
  readonly #requests = Array.from({ length: SLICES }, () => 0);
  readonly #retries = Array.from({ length: SLICES }, () => 0);
  #slice = 0;

  /** Counts a request. @param now - milliseconds since the epoch */
  recordRequest(now: number): void {
    const at = this.#advanceTo(now);
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
  }

  /** Whether one more retry is allowed; if so it is counted. */
  tryAcquire(now: number): boolean {
    const at = this.#advanceTo(now);
    if (sum(this.#retries) >= Math.max(MIN_RETRIES, RETRIES_PER_REQUEST * sum(this.#requests))) return false;
    this.#retries[at] = (this.#retries[at] ?? 0) + 1;
    return true;
  }

  /** Empties slices that have expired. @returns the index of the current one */
  #advanceTo(now: number): number {
    const slice = Math.floor(now / SLICE_MS);
    const steps = Math.min(Math.max(slice - this.#slice, 0), SLICES);
    for (let i = 1; i <= steps; i++) {
      this.#requests[(this.#slice + i) % SLICES] = 0;
      this.#retries[(this.#slice + i) % SLICES] = 0;
    }
    if (steps === SLICES) {
      this.#requests.fill(0);
      this.#retries.fill(0);
    }
    this.#slice = Math.max(slice, this.#slice);
    return this.#slice % SLICES;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
