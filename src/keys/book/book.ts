import { randomBytes } from 'node:crypto';
import type { Change, Store } from '../../store/contract.ts';
import type { BookNotice, KeyBookOptions, RecordListener } from './book-options.ts';
import { ChangeFollower } from './change-follower.ts';
import { BookEntry } from './entry.ts';
import { recordSnapshots } from './record-snapshots.ts';
import type { RecordSnapshot } from './record-snapshots.ts';
import type { KeyEvent } from '../record/event.ts';
import { recordId } from '../key.ts';
import type { Key } from '../key.ts';
import { afterKnownActs } from '../record/operator-acts.ts';
import { FRESH } from '../record/record.ts';
import type { KeyRecord } from '../record/record.ts';
import { reduce } from '../record/reducer.ts';
import type { KeyPolicy } from '../record/reducer.ts';
import { WriteQueue } from './write-queue.ts';

const PREFIX = 'key/';
const RETRY_MS = 250;
const OPEN_TIMEOUT_MS = 5_000;
/**
 * Attempts of one write. Each failed one means that another node's write succeeded, so only a store that refuses everything
 * comes this far.
 */
const MAX_TRIES = 200;
/** Reasons told in one outage: enough to follow it, too few to fill a log where each has other words. */
const MAX_REASONS = 8;

/**
 * The only writer of key records, to memory and to the store. An event (`apply`) counts in this process at once, by
 * `reduce`, and is written behind. Where another node wrote first, the event is applied again to what that node wrote: no
 * update is lost, and every failure is counted once. Events that change nothing are not written.
 *
 * Not promised: that a success resets failures which this node has not read yet; that a failure counts only once where
 * the store wrote it, did not confirm it, and another node wrote before this one could look.
 */
export class KeyBook {
  readonly #store: Store;
  readonly #onNotice: (notice: BookNotice) => void;
  readonly #isConfigured: (keyId: string) => boolean;
  readonly #retryMs: number;
  readonly #now: () => number;
  readonly #learnTime: () => Promise<void>;
  readonly #entries = new Map<string, BookEntry>();
  readonly #listeners = new Set<RecordListener>();
  readonly #queue = new WriteQueue((entry) => this.#writeAll(entry));
  readonly #name = randomBytes(6).toString('base64url');
  #writes = 0;
  readonly #changes: ChangeFollower;
  readonly #firstRead = Promise.withResolvers<void>();
  /** The store may have lost writes, and was not yet read again to the end. */
  #isDistrusted = false;
  /** The store reported lost writes; otherwise this process began with snapshots that it has not found there yet. */
  #hasLost = false;
  #failures = 0;
  /** Why the store failed in this outage: each reason is told once. */
  readonly #reasons = new Set<string>();
  #recovering: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #endPause: (() => void) | undefined;
  #closing = false;
  #closed = false;

  private constructor(options: KeyBookOptions) {
    this.#store = options.store;
    this.#onNotice = options.onNotice;
    this.#isConfigured = options.isConfigured ?? (() => true);
    this.#retryMs = options.retryMs ?? RETRY_MS;
    this.#now = options.now ?? (() => Infinity);
    this.#learnTime = options.learnTime ?? (() => Promise.resolve());
    this.#restore(options.known ?? []);
    this.#changes = new ChangeFollower(options.store, {
      onChange: (change) => this.#storeChanged(change),
      onLost: () => this.#distrustStore(),
      onCaughtUp: () => this.#caughtUp(),
      onFailed: (error) => this.#storeFailed(error),
    });
  }

  /**
   * Reads all records and follows the store's changes from then on. For a store that does not answer it waits up to
   * `openTimeoutMs`; then the book opens without it, and takes over its records when it answers.
   */
  static async open(options: KeyBookOptions): Promise<KeyBook> {
    const book = new KeyBook(options);
    void book.#changes.catchUp();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, options.openTimeoutMs ?? OPEN_TIMEOUT_MS, 'late');
    });
    if ((await Promise.race([book.#firstRead.promise, late])) === 'late') {
      options.onNotice({ kind: 'opened-without-store' });
    }
    clearTimeout(timer);
    return book;
  }

  /** True while the store does not answer: requests go on from what this process knows. */
  get storeFailed(): boolean {
    return this.#recovering !== undefined;
  }

  record(key: Pick<Key, 'id' | 'providerId'>): KeyRecord {
    return this.#entries.get(recordId(key))?.view ?? FRESH;
  }

  /** For another process of this gateway to begin with: bounded, keys out of service first. */
  get snapshots(): readonly RecordSnapshot[] {
    return recordSnapshots(this.#entries.values());
  }

  /** The clock of `now` was set: pending events are dated by it. @param byMs - positive where it was set forward */
  clockSet(byMs: number): void {
    for (const entry of this.#entries.values()) this.#change(entry, () => entry.clockSet(byMs));
  }

  /** Keys with pending events, or whose record must be repaired in the store. */
  get unwritten(): number {
    return this.#entries.values().reduce((count, { isUnwritten }) => count + Number(isUnwritten), 0);
  }

  /** Calls `listener` for every change of a record, also by other nodes. @returns ends that */
  subscribe(listener: RecordListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies an event to a configured key. Writes nothing where it changes nothing. */
  apply(key: Pick<Key, 'id' | 'providerId'>, received: KeyEvent, policy: KeyPolicy): void {
    const id = recordId(key);
    const known = this.#entries.get(id);
    const before = known?.view ?? FRESH;
    const event = afterKnownActs(received, before);
    const view = reduce(before, event, policy);
    if (view === before || !this.#isConfigured(key.id)) return;
    const entry = known ?? this.#add(id, key.id);
    this.#change(entry, () => entry.addPending({ event, policy }, view));
    if (!this.storeFailed) this.#write(entry);
  }

  /**
   * Deletes the records of keys of `providerId` for which `stays` is false: they have left the configuration. While the
   * store does not answer this is pending, and lost where this process ends before.
   */
  async forget(providerId: string, stays: (keyId: string) => boolean): Promise<void> {
    const prefix = recordId({ providerId, id: '' });
    for (const entry of this.#entries.values()) {
      if (!entry.id.startsWith(prefix) || stays(entry.keyId)) continue;
      this.#change(entry, () => entry.remove());
      if (!this.storeFailed) this.#write(entry);
    }
    await this.flushed();
  }

  /** Resolves when all events so far are in the store, or the store has failed. */
  async flushed(): Promise<void> {
    await this.#queue.empty();
  }

  /** Writes what is pending, if the store answers. The store itself stays open. */
  async close(): Promise<void> {
    this.#changes.unsubscribe();
    this.#closing = true;
    this.#endPause?.();
    await this.flushed();
    await this.#recovering;
    await this.flushed();
    this.#closed = true;
    await this.#changes.close();
  }

  #add(id: string, keyId: string): BookEntry {
    const entry = new BookEntry(id, keyId, { isConfigured: this.#isConfigured, now: this.#now });
    this.#entries.set(id, entry);
    return entry;
  }

  #restore(known: readonly RecordSnapshot[]): void {
    for (const each of known) this.#add(each.id, each.keyId).restore(each);
    this.#isDistrusted = known.length > 0;
  }

  /** @param step - returns false where the store holds an unreadable value, so that the key counts as new */
  #change(entry: BookEntry, step: () => boolean): void {
    const before = entry.view;
    if (!step()) this.#onNotice({ kind: 'unreadable-record', id: entry.id });
    if (entry.view === before) return;
    for (const listener of this.#listeners) listener(entry.keyId, entry.view, before);
  }

  #write(entry: BookEntry): void {
    if (!this.#closed) this.#queue.add(entry);
  }

  /** One write at a time for each key: all that is pending in one compare-and-set. */
  async #writeAll(entry: BookEntry): Promise<void> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const write = entry.nextWrite(`${this.#name}.${this.#writes++}`);
        if (write === undefined) return;
        const { expected, value } = write;
        const { written, current } = await this.#store.compareAndSet(entry.id, expected, value);
        if (written) tries = 0;
        this.#change(entry, () =>
          written ? entry.writeSucceeded(write, current.revision) : entry.writeConflicted(expected, current),
        );
      }
      throw refusedTooOften(entry);
    } catch (error) {
      this.#storeFailed(error);
    }
  }

  #storeChanged(change: Change): void {
    const { id, value } = change;
    if (!id.startsWith(PREFIX)) return;
    const known = this.#entries.get(id);
    if (known === undefined && value === undefined) return;
    const entry = known ?? this.#add(id, id.slice(id.lastIndexOf('/') + 1));
    this.#change(entry, () => entry.storeChanged(change));
    if (entry.needsRepair && !this.#isDistrusted) this.#write(entry);
  }

  /** The store may have lost writes: it is read again, and what it lost is still known here. */
  #distrustStore(): void {
    this.#hasLost = true;
    this.#isDistrusted = true;
    for (const entry of this.#entries.values()) this.#change(entry, () => entry.distrustStore());
  }

  /** What the store has lost is written again, unless another node has written something newer. */
  #caughtUp(): void {
    this.#firstRead.resolve();
    if (!this.#isDistrusted) return;
    this.#isDistrusted = false;
    const lost = [...this.#entries.values()].filter(({ needsRepair }) => needsRepair);
    if (this.#hasLost || lost.length > 0) this.#onNotice({ kind: 'store-lost-writes', putBack: lost.length });
    for (const entry of lost) this.#write(entry);
  }

  #storeFailed(error: unknown): void {
    this.#failures++;
    // Other writes would fail, too; they are done when the store is back.
    this.#queue.clear();
    const reason = String(error);
    const isNew = !this.#reasons.has(reason) && this.#reasons.size < MAX_REASONS;
    if (isNew) this.#reasons.add(reason);
    if (this.#recovering !== undefined) {
      if (isNew) this.#onNotice({ kind: 'store-fails-otherwise', error });
      return;
    }
    this.#recovering = this.#recover();
    this.#onNotice({ kind: 'store-failed', error });
  }

  /** Until the store answers again: missed changes are read, then pending events written. */
  async #recover(): Promise<void> {
    let failures: number;
    let written = 0;
    do {
      await this.#pause();
      // First, so that pending events are dated by the store's clock.
      await this.#learnTime();
      failures = this.#failures;
      await this.#changes.catchUp();
      written = this.unwritten;
      if (failures === this.#failures) this.#writeAllPending();
      await this.flushed();
    } while (failures !== this.#failures && !this.#closing);
    if (failures !== this.#failures) return;
    this.#recovering = undefined;
    this.#reasons.clear();
    this.#onNotice({ kind: 'store-back', written });
    this.#writeAllPending();
  }

  #writeAllPending(): void {
    for (const entry of this.#entries.values()) if (entry.isUnwritten) this.#write(entry);
  }

  /** Waits before the next attempt; not while closing. */
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
