const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How many health checks that cost something a provider's keys may have in a day: checks of keys that stay out
 * must not become the greater part of the bill. Counted by the process that does them, from its first one on.
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
   * When there is some again, where nothing is left for today.
   * @param now - milliseconds since the epoch
   * @param share - as in `take`
   */
  spentUntil(now: number, share = 1): number | undefined {
    return !this.#isOver(now) && !this.has(now, share) ? this.#dayEndsAt : undefined;
  }

  /** How many there are in a day. */
  get perDay(): number {
    return this.#perDay;
  }

  /** Whether one may be taken. @param share - as in `take` */
  has(now: number, share = 1): boolean {
    const left = this.#isOver(now) ? this.#perDay : this.#left;
    return left > this.#perDay * (1 - share);
  }

  /**
   * Takes one check, where there is one left.
   * @param now - milliseconds since the epoch
   * @param share - the part of a day's checks that those of this kind may use up, in (0, 1]
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

  /** Also where the clock went back since it began. */
  #isOver(now: number): boolean {
    return now >= this.#dayEndsAt || this.#dayEndsAt - now > DAY_MS;
  }
}
