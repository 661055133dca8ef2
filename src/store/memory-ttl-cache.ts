import { limits } from './rules.ts';

/** Of short-lived and of long-lived entries, each: some tens of megabytes. */
const MAX_ENTRIES = 100_000;
/** Oldest entries checked for each new one: more than one, so that expired ones go faster than new ones come. */
const SWEEP_BATCH = 4;

interface Entry {
  readonly value: string;
  readonly expiresAt: number;
}

/**
 * A TTL cache in memory. The oldest entries are swept first, so that with one time to live for all, the common case,
 * hardly any outlives its time. Long-lived entries have a map of their own, so that others never evict them.
 */
export class MemoryTtlCache {
  /** Oldest first. */
  readonly #shortLived = new Map<string, Entry>();
  readonly #longLived = new Map<string, Entry>();
  readonly #clock: () => number;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#shortLived.size + this.#longLived.size;
  }

  set(id: string, value: string, ttlMs: number): void {
    const now = this.#clock();
    this.delete(id);
    const entries = ttlMs > limits.longLivedMs ? this.#longLived : this.#shortLived;
    entries.set(id, { value, expiresAt: now + ttlMs });
    let swept = 0;
    for (const [oldId, { expiresAt }] of entries) {
      if (expiresAt <= now || entries.size > MAX_ENTRIES) entries.delete(oldId);
      if (++swept === SWEEP_BATCH) break;
    }
  }

  get(id: string): string | undefined {
    const entry = this.#shortLived.get(id) ?? this.#longLived.get(id);
    return entry !== undefined && entry.expiresAt > this.#clock() ? entry.value : undefined;
  }

  delete(id: string): void {
    this.#shortLived.delete(id);
    this.#longLived.delete(id);
  }
}
