import type { Change, Store } from '../store/contract.ts';
import { decodeRecord, encodeRecord } from './codec.ts';
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

/** What the book is given by whoever wires it. */
export interface KeyBookOptions {
  readonly store: Store;
  readonly onNotice: (notice: BookNotice) => void;
  /** Between tries to reach a store that failed. Milliseconds. */
  readonly retryMs?: number;
}

interface Pending {
  readonly event: KeyEvent;
  readonly policy: KeyPolicy;
}

/** One key's record: what the store holds, and what happened here that it does not hold yet. */
interface Entry {
  readonly id: string;
  readonly keyId: string;
  base: KeyRecord;
  /** Of `base` in the store; 0 where it holds none. */
  revision: number;
  /** The newest revision heard of, deletions included. */
  heard: number;
  pending: Pending[];
  /** `base` with `pending` applied: what this process goes by. */
  view: KeyRecord;
  writing: boolean;
}

const PREFIX = 'key/';
const PAGE = 1_000;
const RETRY_MS = 250;
/** Events kept for one key while the store is away; the oldest go first. */
const MAX_PENDING = 256;

/**
 * The only writer of key records. An event counts here at once and is written behind; where another node
 * wrote first, the event is applied again to what that node wrote, so that no update is lost and every
 * failure is counted once. Events that change nothing are dropped before the store hears of them.
 *
 * Not promised: that a success resets failures which this node has not heard of yet.
 */
export class KeyBook {
  readonly #store: Store;
  readonly #onNotice: (notice: BookNotice) => void;
  readonly #retryMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(keyId: string, record: KeyRecord) => void>();
  readonly #writes = new Set<Promise<void>>();
  #unsubscribe: (() => void) | undefined;
  #revision = 0;
  #catchingUp: Promise<void> | undefined;
  #signalled = false;
  #failed = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: KeyBookOptions) {
    this.#store = options.store;
    this.#onNotice = options.onNotice;
    this.#retryMs = options.retryMs ?? RETRY_MS;
  }

  /** Reads every record there is and follows the store's changes from then on. */
  static async open(options: KeyBookOptions): Promise<KeyBook> {
    const book = new KeyBook(options);
    await book.#readChanges();
    book.#unsubscribe = options.store.onChange(() => book.#catchUp());
    book.#catchUp();
    return book;
  }

  /** True while the store does not answer: requests go on from what this process knows. */
  get storeFailed(): boolean {
    return this.#failed;
  }

  record(key: Pick<Key, 'id' | 'providerId'>): KeyRecord {
    return this.#entries.get(recordId(key))?.view ?? FRESH;
  }

  /** Tells `listener` of every record that changes, wherever the change came from. */
  subscribe(listener: (keyId: string, record: KeyRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Counts an event. Costs nothing where it changes nothing. */
  apply(key: Pick<Key, 'id' | 'providerId'>, event: KeyEvent, policy: KeyPolicy): void {
    const id = recordId(key);
    const entry = this.#entries.get(id);
    const before = entry?.view ?? FRESH;
    const view = reduce(before, event, policy);
    if (view === before) return;
    const target = entry ?? this.#add(id, key.id);
    target.pending.push({ event, policy });
    if (target.pending.length > MAX_PENDING) target.pending.shift();
    this.#show(target, view);
    this.#write(target);
  }

  /** Deletes the records of keys of `providerId` for which `stays` is false: they left the configuration. */
  async forget(providerId: string, stays: (keyId: string) => boolean): Promise<void> {
    const prefix = recordId({ providerId, id: '' });
    for (const entry of this.#entries.values()) {
      if (!entry.id.startsWith(prefix) || stays(entry.keyId) || entry.revision === 0) continue;
      const { current } = await this.#store.compareAndSet(entry.id, entry.revision, undefined);
      this.#hear(current);
    }
  }

  /** Resolves when everything counted so far is in the store, or the store has failed. */
  async flushed(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  /** Writes what is still unwritten, as far as the store lets it. The store itself stays open. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    await this.flushed();
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#catchingUp;
  }

  #add(id: string, keyId: string): Entry {
    const entry: Entry = {
      id,
      keyId,
      base: FRESH,
      revision: 0,
      heard: 0,
      pending: [],
      view: FRESH,
      writing: false,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  #show(entry: Entry, view: KeyRecord): void {
    if (view === entry.view) return;
    entry.view = view;
    for (const listener of this.#listeners) listener(entry.keyId, view);
  }

  #write(entry: Entry): void {
    if (entry.writing || this.#closed) return;
    entry.writing = true;
    const write = this.#writePending(entry)
      .catch((error: unknown) => this.#storeFailed(error))
      .finally(() => {
        entry.writing = false;
        this.#writes.delete(write);
      });
    this.#writes.add(write);
  }

  /** One write at a time for each key: all that is pending goes in one compare-and-set. */
  async #writePending(entry: Entry): Promise<void> {
    while (entry.pending.length > 0) {
      const batch = entry.pending.slice();
      const next = replay(entry.base, batch);
      if (next !== entry.base) {
        const { written, current } = await this.#store.compareAndSet(
          entry.id,
          entry.revision,
          encodeRecord(next),
        );
        this.#storeAnswered();
        if (!written) {
          this.#hear(current);
          continue;
        }
        if (current.revision > entry.heard) {
          entry.base = next;
          entry.revision = current.revision;
          entry.heard = current.revision;
        }
      }
      const done = new Set(batch);
      entry.pending = entry.pending.filter((item) => !done.has(item));
      this.#show(entry, replay(entry.base, entry.pending));
    }
  }

  /** Takes over what the store holds, unless something newer was heard before. */
  #hear(change: Change): void {
    const known = this.#entries.get(change.id);
    if (known === undefined && change.value === undefined) return;
    const entry = known ?? this.#add(change.id, change.id.slice(change.id.lastIndexOf('/') + 1));
    if (change.revision <= entry.heard) return;
    const record = change.value === undefined ? FRESH : decodeRecord(change.value);
    if (record === undefined) this.#onNotice({ kind: 'unreadable-record', id: change.id });
    entry.base = record ?? FRESH;
    entry.revision = change.value === undefined ? 0 : change.revision;
    entry.heard = change.revision;
    this.#show(entry, replay(entry.base, entry.pending));
  }

  /** Reads what changed since the last time; signals that come meanwhile are served by one more round. */
  #catchUp(): void {
    if (this.#closed) return;
    this.#signalled = true;
    this.#catchingUp ??= this.#catchUpWhileSignalled()
      .catch((error: unknown) => this.#storeFailed(error))
      .finally(() => {
        this.#catchingUp = undefined;
      });
  }

  async #catchUpWhileSignalled(): Promise<void> {
    while (this.#signalled && !this.#closed) {
      this.#signalled = false;
      await this.#readChanges();
      this.#storeAnswered();
    }
  }

  async #readChanges(): Promise<void> {
    let complete = false;
    while (!complete) {
      const page = await this.#store.changesSince(this.#revision, PAGE);
      for (const change of page.changes) {
        if (change.id.startsWith(PREFIX)) this.#hear(change);
      }
      this.#revision = page.revision;
      complete = page.complete;
    }
  }

  #storeFailed(error: unknown): void {
    if (!this.#failed) this.#onNotice({ kind: 'store-failed', error });
    this.#failed = true;
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#catchUp();
      for (const entry of this.#entries.values()) {
        if (entry.pending.length > 0) this.#write(entry);
      }
    }, this.#retryMs);
  }

  #storeAnswered(): void {
    if (!this.#failed) return;
    this.#failed = false;
    this.#onNotice({ kind: 'store-back' });
  }
}

function replay(record: KeyRecord, events: readonly Pending[]): KeyRecord {
  return events.reduce((current, { event, policy }) => reduce(current, event, policy), record);
}
