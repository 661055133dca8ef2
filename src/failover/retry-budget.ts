/** Extra tries allowed for each request of the last ten seconds, and those allowed whatever the traffic. */
const RETRIES_PER_REQUEST = 0.2;
const MIN_RETRIES = 10;
const SLICE_MS = 1_000;
const SLICES = 10;

/**
 * Keeps tries from multiplying an outage: a provider that fails every request must not be asked four times as
 * often for it. Counts over the last ten seconds in slices of one; one for each provider and process.
 *
 * What asks for it, and what is exempt, is the loop's to say.
 */
export class RetryBudget {
  readonly #requests = Array.from({ length: SLICES }, () => 0);
  readonly #retries = Array.from({ length: SLICES }, () => 0);
  #slice = 0;

  /** A request came. @param now - milliseconds since the epoch */
  recordRequest(now: number): void {
    const at = this.#turnTo(now);
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
  }

  /** Asks for one more try, and takes it from the budget where there is one. */
  tryAcquire(now: number): boolean {
    const at = this.#turnTo(now);
    if (sum(this.#retries) >= Math.max(MIN_RETRIES, RETRIES_PER_REQUEST * sum(this.#requests))) return false;
    this.#retries[at] = (this.#retries[at] ?? 0) + 1;
    return true;
  }

  /** Empties the slices that have become old. @returns the place of the present one */
  #turnTo(now: number): number {
    const slice = Math.floor(now / SLICE_MS);
    const turns = Math.min(Math.max(slice - this.#slice, 0), SLICES);
    for (let i = 1; i <= turns; i++) {
      this.#requests[(this.#slice + i) % SLICES] = 0;
      this.#retries[(this.#slice + i) % SLICES] = 0;
    }
    if (turns === SLICES) {
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
