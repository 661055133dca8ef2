import type { Change, Cursor, Store } from '../../store/contract.ts';

/** What a follower tells of the store it follows. */
export interface FollowerEvents {
  readonly onChange: (change: Change) => void;
  /** The store may have lost writes; all that it holds is read anew and told. */
  readonly onLost: () => void;
  /** Everything that there was has been told. */
  readonly onCaughtUp: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Changes read at once. */
const PAGE = 1_000;

/**
 * Reads a store's changes in order, from the beginning and then whenever the store signals. It does not try
 * again by itself where the store fails: the next signal, or whoever knows when to, does that.
 */
export class ChangeFollower {
  readonly #store: Store;
  readonly #events: FollowerEvents;
  readonly #unsubscribe: () => void;
  /** All changes up to here were read. */
  #cursor: Cursor | undefined;
  #reading: Promise<void> | undefined;
  #signalled = false;
  #closed = false;

  constructor(store: Store, events: FollowerEvents) {
    this.#store = store;
    this.#events = events;
    this.#unsubscribe = store.onChange(() => void this.catchUp());
  }

  /** Reads what changed since the last time; what is asked for meanwhile is served by one more round. */
  catchUp(): Promise<void> {
    this.#signalled = true;
    this.#reading ??= this.#readWhileSignalled();
    return this.#reading;
  }

  /** Ends the signals; `catchUp` still works. */
  unsubscribe(): void {
    this.#unsubscribe();
  }

  /** Ends the reading, too. */
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
