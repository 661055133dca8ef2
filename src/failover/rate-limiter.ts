/** Fixed windows. Milliseconds. */
const WINDOW_MS = 1_000;

/** Admits so many events in each second. */
export class RateLimiter {
  readonly #perSecond: number;
  #window = -1;
  #admitted = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether an event is admitted now; if so it is counted. @param now - milliseconds since the epoch */
  tryAcquire(now: number): boolean {
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#admitted = 0;
    }
    if (this.#admitted >= this.#perSecond) return false;
    this.#admitted++;
    return true;
  }
}
