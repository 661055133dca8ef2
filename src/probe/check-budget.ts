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

  /** Whether nothing is left for today. @param now - milliseconds since the epoch */
  isSpent(now: number): boolean {
    return this.spentUntil(now) !== undefined;
  }

  /** When there is some again, where nothing is left for today. @param now - milliseconds since the epoch */
  spentUntil(now: number): number | undefined {
    return this.#left === 0 && now < this.#dayEndsAt ? this.#dayEndsAt : undefined;
  }

  /** Takes one check, where there is one left. @param now - milliseconds since the epoch */
  take(now: number): boolean {
    if (now >= this.#dayEndsAt) {
      this.#dayEndsAt = now + DAY_MS;
      this.#left = this.#perDay;
    }
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
