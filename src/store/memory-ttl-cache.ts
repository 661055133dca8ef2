import { limits } from './rules.ts';

/** How many are kept at most of what passes and of what lasts, each: some tens of megabytes. */
const MAX_ENTRIES = 100_000;
/** How many of the oldest are looked at for each new one: more than one, so that what is over goes faster than it comes. */
const SWEEP_BATCH = 4;

interface Entry {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * Values that pass by, in memory. Those remembered longest ago are looked at first, so that with one time to
 * live for all, which is the common case, hardly any is kept beyond its time. What is to last stands apart, so that
 * no number of others takes its place.
 */
export class MemoryTtlCache {
  /** In order of remembering. */
  readonly #things = new Map<string, Entry>();
  readonly #lasting = new Map<string, Entry>();
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#things.size + this.#lasting.size;
  }

  set(id: string, value: string, ttlMs: number): void {
    const now = this.#clock();
    this.delete(id);
    const entries = ttlMs > limits.longLivedMs ? this.#lasting : this.#things;
    entries.set(id, { value, expiresAt: now + ttlMs });
    let swept = 0;
    for (const [oldId, { expiresAt }] of entries) {
      if (expiresAt <= now || entries.size > MAX_ENTRIES) entries.delete(oldId);
      if (++swept === SWEEP_BATCH) break;
    }
  }

  get(id: string): string | undefined {
    const entry = this.#things.get(id) ?? this.#lasting.get(id);
    return entry !== undefined && entry.expiresAt > this.#clock() ? entry.value : undefined;
  }

  delete(id: string): void {
    this.#things.delete(id);
    this.#lasting.delete(id);
  }
}
