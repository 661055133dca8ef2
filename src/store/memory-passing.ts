import { limits } from './rules.ts';

/** How many are kept at most of what passes and of what lasts, each: some tens of megabytes. */
const MAX_PASSING = 100_000;
/** How many of the oldest are looked at for each new one: more than one, so that what is over goes faster than it comes. */
const LOOKED_AT = 4;

interface PassingThing {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Values that pass by, in memory. Those remembered longest ago are looked at first, so that with one time to
 * live for all, which is the common case, hardly any is kept beyond its time. What is to last stands apart, so that
 * no number of others takes its place.
 */
export class PassingThings {
  /** In order of remembering. */
  readonly #things = new Map<string, PassingThing>();
  readonly #lasting = new Map<string, PassingThing>();
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#things.size + this.#lasting.size;
  }

  remember(id: string, value: string, ttlMs: number): void {
    const now = this.#clock();
    this.forget(id);
    const things = ttlMs > limits.lastingMs ? this.#lasting : this.#things;
    things.set(id, { value, expiresAt: now + ttlMs });
    let looked = 0;
    for (const [oldId, { expiresAt }] of things) {
      if (expiresAt <= now || things.size > MAX_PASSING) things.delete(oldId);
      if (++looked === LOOKED_AT) break;
    }
  }

  recall(id: string): string | undefined {
    const thing = this.#things.get(id) ?? this.#lasting.get(id);
    return thing !== undefined && thing.expiresAt > this.#clock() ? thing.value : undefined;
  }

  forget(id: string): void {
    this.#things.delete(id);
    this.#lasting.delete(id);
  }
}
