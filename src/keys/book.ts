import { randomBytes } from 'node:crypto';
import type { Change, Cursor, Store } from '../store/contract.ts';
import { BookEntry } from './entry.ts';
import type { KeyEvent } from './event.ts';
import { recordId } from './key.ts';
import type { Key } from './key.ts';
import { FRESH } from './record.ts';
import type { KeyRecord } from './record.ts';
import { reduce } from './reducer.ts';
import type { KeyPolicy } from './reducer.ts';

/** What the operator should hear of the store. */
export type BookNotice =
  | { readonly kind: 'store-failed'; readonly error: unknown }
  | { readonly kind: 'store-back' }
  | { readonly kind: 'unreadable-record'; readonly id: string };

/** Hears of a record that changed: what it is now, and what it was before. */
export type RecordListener = (keyId: string, record: KeyRecord, before: KeyRecord) => void;

/** What a book needs. */
export interface KeyBookOptions {
  readonly store: Store;
  readonly onNotice: (notice: BookNotice) => void;
  /** Between tries to reach a store that failed. Milliseconds. */
  readonly retryMs?: number;
}

const PREFIX = 'key/';
const PAGE = 1_000;
const RETRY_MS = 250;
/**
 * Tries of one write. Each failed one means that another node's went through, so that only a store that
 * refuses everything comes this far.
 */
const MAX_TRIES = 200;

/**
 * The only writer of key records. An event counts here at once and is written behind; where another node
 * wrote first, the event is applied again to what that node wrote, so that no update is lost and every
 * failure is counted once. Events that change nothing are dropped before the store hears of them.
 *
 * Not promised: that a success resets failures which this node has not heard of yet; that a failure counts
 * only once where the store wrote it, failed to say so, and another node wrote before this one could look.
 */
export class KeyBook {
  readonly #store: Store;
  readonly #onNotice: (notice: BookNotice) => void;
  readonly #retryMs: number;
  readonly #entries = new Map<string, BookEntry>();
  readonly #listeners = new Set<RecordListener>();
  readonly #writers = new Map<BookEntry, Promise<void>>();
  readonly #name = randomBytes(6).toString('base64url');
  #writes = 0;
  #unsubscribe: (() => void) | undefined;
  /** All changes up to here were read. */
  #cursor: Cursor | undefined;
  #catchingUp: Promise<void> | undefined;
  #signalled = false;
  #failures = 0;
  #recovering: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #endPause: (() => void) | undefined;
  #closing = false;
  #closed = false;

  private constructor(options: KeyBookOptions) {
    this.#store = options.store;
    this.#onNotice = options.onNotice;
    this.#retryMs = options.retryMs ?? RETRY_MS;
  }

  /**
   * Reads every record there is and follows the store's changes from then on. Rejects where the store does
   * not answer.
   */
  static async open(options: KeyBookOptions): Promise<KeyBook> {
    const book = new KeyBook(options);
    await book.#readChanges();
    book.#unsubscribe = options.store.onChange(() => void book.#catchUp());
    void book.#catchUp();
    return book;
  }

  /** True while the store does not answer: requests go on from what this process knows. */
  get storeFailed(): boolean {
    return this.#recovering !== undefined;
  }

  record(key: Pick<Key, 'id' | 'providerId'>): KeyRecord {
    return this.#entries.get(recordId(key))?.view ?? FRESH;
  }

  /** Keys of which more is known here than could be written so far. */
  get unwritten(): number {
    return this.#entries.values().reduce((count, { isUnwritten }) => count + Number(isUnwritten), 0);
  }

  /** Tells `listener` of every record that changes, wherever the change came from. */
  subscribe(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Counts an event. Costs nothing where it changes nothing. */
  apply(key: Pick<Key, 'id' | 'providerId'>, event: KeyEvent, policy: KeyPolicy): void {
    const id = recordId(key);
    const known = this.#entries.get(id);
    const before = known?.view ?? FRESH;
    const view = reduce(before, event, policy);
    if (view === before) return;
    const entry = known ?? this.#add(id, key.id);
    this.#change(entry, () => entry.keep({ event, policy }, view));
    if (!this.storeFailed) this.#write(entry);
  }

  /**
   * Deletes the records of keys of `providerId` for which `stays` is false: they left the configuration. A
   * request that is still under way with one of them may write a record again. Rejects where the store fails;
   * some records may be deleted by then.
   */
  async forget(providerId: string, stays: (keyId: string) => boolean): Promise<void> {
    const prefix = recordId({ providerId, id: '' });
    const left = [...this.#entries.values()].filter(
      ({ id, keyId }) => id.startsWith(prefix) && !stays(keyId),
    );
    for (const entry of left) this.#change(entry, () => entry.dropEvents());
    await this.flushed();
    for (const entry of left) await this.#delete(entry);
  }

  /** Resolves when everything counted so far is in the store, or the store has failed. */
  async flushed(): Promise<void> {
    while (this.#writers.size > 0) await Promise.all(this.#writers.values());
  }

  /** Writes what is still unwritten, as far as the store lets it. The store itself stays open. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#closing = true;
    this.#endPause?.();
    await this.flushed();
    await this.#recovering;
    await this.flushed();
    this.#closed = true;
    await this.#catchingUp;
  }

  #add(id: string, keyId: string): BookEntry {
    const entry = new BookEntry(id, keyId);
    this.#entries.set(id, entry);
    return entry;
  }

  /** @param step - gives false where the store holds what cannot be read, and the key counts as new */
  #change(entry: BookEntry, step: () => boolean): void {
    const before = entry.view;
    if (!step()) this.#onNotice({ kind: 'unreadable-record', id: entry.id });
    if (entry.view === before) return;
    for (const listener of this.#listeners) listener(entry.keyId, entry.view, before);
  }

  #write(entry: BookEntry): void {
    if (this.#closed || this.#writers.has(entry)) return;
    this.#writers.set(entry, this.#writeAll(entry));
  }

  /** One write at a time for each key: all that is pending goes in one compare-and-set. */
  async #writeAll(entry: BookEntry): Promise<void> {
    try {
      // What happens at one moment is written together.
      await Promise.resolve();
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const write = entry.nextWrite(`${this.#name}.${this.#writes++}`);
        if (write === undefined) return;
        const { expected, value } = write;
        const { written, current } = await this.#store.compareAndSet(entry.id, expected, value);
        if (written) tries = 0;
        this.#change(entry, () =>
          written ? entry.written(write, current.revision) : entry.refused(expected, current),
        );
      }
      throw refusedTooOften(entry);
    } catch (error) {
      this.#storeFailed(error);
    } finally {
      this.#writers.delete(entry);
    }
  }

  async #delete(entry: BookEntry): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { revision } = entry;
      if (revision === 0) return;
      const { written, current } = await this.#store.compareAndSet(entry.id, revision, undefined);
      if (written) this.#hear(current);
      else this.#change(entry, () => entry.refused(revision, current));
    }
    throw refusedTooOften(entry);
  }

  #hear(change: Change): void {
    const { id, value } = change;
    const known = this.#entries.get(id);
    if (known === undefined && value === undefined) return;
    const entry = known ?? this.#add(id, id.slice(id.lastIndexOf('/') + 1));
    this.#change(entry, () => entry.hear(change));
  }

  /** Reads what changed since the last time; signals that come meanwhile are served by one more round. */
  #catchUp(): Promise<void> {
    this.#signalled = true;
    this.#catchingUp ??= this.#catchUpWhileSignalled();
    return this.#catchingUp;
  }

  async #catchUpWhileSignalled(): Promise<void> {
    try {
      while (this.#signalled && !this.#closed) {
        this.#signalled = false;
        await this.#readChanges();
      }
    } catch (error) {
      this.#storeFailed(error);
    } finally {
      this.#catchingUp = undefined;
    }
  }

  async #readChanges(): Promise<void> {
    let complete = false;
    while (!complete) {
      const page = await this.#store.changesSince(this.#cursor, PAGE);
      if (page === 'lost') {
        this.#startOver();
        continue;
      }
      for (const change of page.changes) {
        if (change.id.startsWith(PREFIX)) this.#hear(change);
      }
      this.#cursor = page.cursor;
      complete = page.complete;
    }
  }

  /** The store has lost its newest writes. What it holds is read anew; what it lost is still known here. */
  #startOver(): void {
    for (const entry of this.#entries.values()) entry.forgetRevisions();
    this.#cursor = undefined;
  }

  #storeFailed(error: unknown): void {
    this.#failures++;
    if (this.#recovering !== undefined) return;
    this.#recovering = this.#recover();
    this.#onNotice({ kind: 'store-failed', error });
  }

  /** Until the store has answered to everything: what was missed is read, then what was kept is written. */
  async #recover(): Promise<void> {
    let failures: number;
    do {
      await this.#pause();
      failures = this.#failures;
      await this.#catchUp();
      if (failures === this.#failures) this.#writeAllPending();
      await this.flushed();
    } while (failures !== this.#failures && !this.#closing);
    if (failures !== this.#failures) return;
    this.#recovering = undefined;
    this.#onNotice({ kind: 'store-back' });
    this.#writeAllPending();
  }

  #writeAllPending(): void {
    for (const entry of this.#entries.values()) if (entry.isUnwritten) this.#write(entry);
  }

  /** Waits before the next try; once it is closing, not at all. */
  async #pause(): Promise<void> {
    if (this.#closing) return;
    await new Promise<void>((resolve) => {
      this.#endPause = resolve;
      this.#retry = setTimeout(resolve, this.#retryMs);
    });
    clearTimeout(this.#retry);
  }
}

function refusedTooOften({ id }: BookEntry): Error {
  return new Error(`the store refused to write ${id} for ${MAX_TRIES} times`);
}
