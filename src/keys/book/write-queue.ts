import type { BookEntry } from './entry.ts';

/** Records written at once; a store that comes back is not to be overrun. */
const MAX_WRITERS = 64;

/** Entries that have something to write: each at most once at a time, and not too many at once. */
export class WriteQueue {
  readonly #write: (entry: BookEntry) => Promise<void>;
  readonly #writers = new Map<BookEntry, Promise<void>>();
  readonly #waiting = new Set<BookEntry>();

  /** @param write - writes all that the entry has, and never rejects */
  constructor(write: (entry: BookEntry) => Promise<void>) {
    this.#write = write;
  }

  add(entry: BookEntry): void {
    // One that is being written may be past looking at what it has: it has another turn.
    if (this.#writers.has(entry) || this.#writers.size >= MAX_WRITERS) this.#waiting.add(entry);
    else this.#writers.set(entry, this.#run(entry));
  }

  /** Forgets those that wait; those being written are not disturbed. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Resolves when nothing is being written and nothing waits. */
  async empty(): Promise<void> {
    while (this.#writers.size > 0) await Promise.all(this.#writers.values());
  }

  async #run(entry: BookEntry): Promise<void> {
    // What happens at one moment is written together.
    await Promise.resolve();
    await this.#write(entry);
    this.#writers.delete(entry);
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.add(next);
  }
}
