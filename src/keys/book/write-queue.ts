import type { BookEntry } from './entry.ts';

/** Records written concurrently, so that a store that comes back is not overloaded. */
const MAX_WRITERS = 64;

/** Entries with something to write: each once at a time, and at most `MAX_WRITERS` concurrently. */
export class WriteQueue {
  readonly #write: (entry: BookEntry) => Promise<void>;
  readonly #writers = new Map<BookEntry, Promise<void>>();
  readonly #waiting = new Set<BookEntry>();

  /** @param write - writes all that the entry has, and never rejects */
  constructor(write: (entry: BookEntry) => Promise<void>) {
    this.#write = write;
  }

  add(entry: BookEntry): void {
    // One that is being written may have read its pending events already: it is written again.
    if (this.#writers.has(entry) || this.#writers.size >= MAX_WRITERS) this.#waiting.add(entry);
    else this.#writers.set(entry, this.#run(entry));
  }

  /** Drops waiting entries; writes in flight continue. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Resolves when nothing is being written and nothing waits. */
  async empty(): Promise<void> {
    while (this.#writers.size > 0) await Promise.all(this.#writers.values());
  }

  async #run(entry: BookEntry): Promise<void> {
    // Events of one tick are written together.
    await Promise.resolve();
    await this.#write(entry);
    this.#writers.delete(entry);
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.add(next);
  }
}
