const WINDOW_MS = 1_000;

/** Lets something happen so many times a second, and no oftener. */
export class RateLimiter {
  readonly #perSecond: number;
  #slice = -1;
  #taken = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Asks whether it may happen now, and counts it where it may. @param now - milliseconds since the epoch */
  tryAcquire(now: number): boolean {
    const slice = Math.floor(now / WINDOW_MS);
    if (slice !== this.#slice) {
      this.#slice = slice;
      this.#taken = 0;
    }
    if (this.#taken >= this.#perSecond) return false;
    this.#taken++;
    return true;
  }
}
