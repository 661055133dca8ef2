import type { Change, Cursor, Store } from '../../store/contract.ts';

/** What a follower reports. */
interface FollowerEvents {
  readonly onChange: (change: Change) => void;
  /** The store may have lost writes; all changes are read again. */
  readonly onLost: () => void;
  /** All changes have been reported. */
  readonly onCaughtUp: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Changes read at once. */
const PAGE = 1_000;

/**
 * Reads a store's changes in order, from the beginning and then whenever the store signals. Where the store fails it does
 * not retry by itself: the next signal does, or a call of `catchUp`.
 */
export class ChangeFollower {
  readonly #store: Store;
  readonly #events: FollowerEvents;
  readonly #unsubscribe: () => void;
  /** All changes up to here have been read. */
  #cursor: Cursor | undefined;
  #reading: Promise<void> | undefined;
  #signalled = false;
  #closed = false;

  constructor(store: Store, events: FollowerEvents) {
    this.#store = store;
    this.#events = events;
    this.#unsubscribe = store.onChange(() => void this.catchUp());
  }

  /** Reads changes since the last time; calls in the meantime cause one more round. */
  catchUp(): Promise<void> {
    this.#signalled = true;
    this.#reading ??= this.#readWhileSignalled();
    return this.#reading;
  }

  /** Ends the signals; `catchUp` still works. */
  unsubscribe(): void {
    this.#unsubscribe();
  }

  /** Ends reading, too. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#reading;
  }

  async #readWhileSignalled(): Promise<void> {
    try {
      while (this.#signalled && !this.#closed) {
        this.#signalled = false;
        await this.#readAll();
        this.#events.onCaughtUp();
      }
    } catch (error) {
      this.#events.onFailed(error);
    } finally {
      this.#reading = undefined;
    }
  }

  async #readAll(): Promise<void> {
    let complete = false;
    while (!complete) {
      const page = await this.#store.changesSince(this.#cursor, PAGE);
      if (page === 'lost') {
        this.#cursor = undefined;
        this.#events.onLost();
        continue;
      }
      for (const change of page.changes) this.#events.onChange(change);
      this.#cursor = page.cursor;
      complete = page.complete;
    }
  }
}
