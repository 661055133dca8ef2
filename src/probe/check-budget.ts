const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Bounds the paid health checks of a provider's keys in a day, so that keys that stay out do not run up a bill. Counted
 * in the process that does them; its day begins with its first check.
 */
export class CheckBudget {
  readonly #perDay: number;
  #dayEndsAt = 0;
  #left = 0;

  /** @param perDay - 0 for none at all */
  constructor(perDay: number) {
    this.#perDay = perDay;
  }

  /**
   * When the budget is renewed, where it is used up.
   * @param now - milliseconds since the epoch
   * @param share - as in `take`
   */
  spentUntil(now: number, share = 1): number | undefined {
    return !this.#isOver(now) && !this.has(now, share) ? this.#dayEndsAt : undefined;
  }

  /** Checks in a day. */
  get perDay(): number {
    return this.#perDay;
  }

  /** Whether there is one left. @param share - as in `take` */
  has(now: number, share = 1): boolean {
    const left = this.#isOver(now) ? this.#perDay : this.#left;
    return left > this.#perDay * (1 - share);
  }

  /**
   * Uses one check, where there is one left.
   * @param now - milliseconds since the epoch
   * @param share - the share of a day's checks that this kind may use, in (0, 1]
   */
  take(now: number, share = 1): boolean {
    if (this.#isOver(now)) {
      this.#dayEndsAt = now + DAY_MS;
      this.#left = this.#perDay;
    }
    if (!this.has(now, share)) return false;
    this.#left--;
    return true;
  }

  /** Also where the clock was set back since. */
  #isOver(now: number): boolean {
    return now >= this.#dayEndsAt || this.#dayEndsAt - now > DAY_MS;
  }
}
