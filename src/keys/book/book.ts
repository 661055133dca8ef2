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
  /** Since the store lost writes, it has not yet shown everything that it has. */
  #isDoubting = false;
  /** It said that it lost writes; else this process alone began with what it has yet to find there. */
  #hasLost = false;
  #failures = 0;
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
    this.#begin(options.known ?? []);
    this.#changes = new ChangeFollower(options.store, {
      onChange: (change) => this.#hear(change),
      onLost: () => this.#doubtAll(),
      onCaughtUp: () => this.#caughtUp(),
      onFailed: (error) => this.#storeFailed(error),
    });
  }

  /**
   * Reads every record there is and follows the store's changes from then on. A store that does not answer is
   * waited for, but not for ever: then the book is opened without it, and takes over its records when it appears.
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

  /** What is known of keys, for another process of this gateway to begin with: bounded, what is out of service first. */
  get snapshots(): readonly RecordSnapshot[] {
    return recordSnapshots(this.#entries.values());
  }

  /** The clock that `now` reads was set: what is known and not written is dated by it. @param byMs - later is positive */
  clockSet(byMs: number): void {
    for (const entry of this.#entries.values()) this.#change(entry, () => entry.clockSet(byMs));
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

  /** Counts an event of a key that is configured. Costs nothing where it changes nothing. */
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
   * Deletes the records of keys of `providerId` for which `stays` is false: they left the configuration. Where the store
   * does not answer that is done when it does again, or never where this process ends before.
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

  /** Resolves when everything counted so far is in the store, or the store has failed. */
  async flushed(): Promise<void> {
    await this.#queue.empty();
  }

  /** Writes what is still unwritten, as far as the store lets it. The store itself stays open. */
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

  #begin(known: readonly RecordSnapshot[]): void {
    for (const each of known) this.#add(each.id, each.keyId).restore(each);
    this.#isDoubting = known.length > 0;
  }

  /** @param step - gives false where the store holds what cannot be read, and the key counts as new */
  #change(entry: BookEntry, step: () => boolean): void {
    const before = entry.view;
    if (!step()) this.#onNotice({ kind: 'unreadable-record', id: entry.id });
    if (entry.view === before) return;
    for (const listener of this.#listeners) listener(entry.keyId, entry.view, before);
  }

  #write(entry: BookEntry): void {
    if (!this.#closed) this.#queue.add(entry);
  }

  /** One write at a time for each key: all that is pending goes in one compare-and-set. */
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

  #hear(change: Change): void {
    const { id, value } = change;
    if (!id.startsWith(PREFIX)) return;
    const known = this.#entries.get(id);
    if (known === undefined && value === undefined) return;
    const entry = known ?? this.#add(id, id.slice(id.lastIndexOf('/') + 1));
    this.#change(entry, () => entry.storeChanged(change));
    if (entry.needsRepair && !this.#isDoubting) this.#write(entry);
  }

  /** The store may have lost writes. What it holds, it shows anew; what it lost is still known here. */
  #doubtAll(): void {
    this.#hasLost = true;
    this.#isDoubting = true;
    for (const entry of this.#entries.values()) this.#change(entry, () => entry.distrustStore());
  }

  /** What the store turned out to have lost goes back, unless another node has put back something newer. */
  #caughtUp(): void {
    this.#firstRead.resolve();
    if (!this.#isDoubting) return;
    this.#isDoubting = false;
    const lost = [...this.#entries.values()].filter(({ needsRepair }) => needsRepair);
    if (this.#hasLost || lost.length > 0) this.#onNotice({ kind: 'store-lost-writes', putBack: lost.length });
    for (const entry of lost) this.#write(entry);
  }

  #storeFailed(error: unknown): void {
    this.#failures++;
    // It would fail for them, too; they are written when the store is back.
    this.#queue.clear();
    if (this.#recovering !== undefined) return;
    this.#recovering = this.#recover();
    this.#onNotice({ kind: 'store-failed', error });
  }

  /** Until the store has answered to everything: what was missed is read, then what was kept is written. */
  async #recover(): Promise<void> {
    let failures: number;
    do {
      await this.#pause();
      // First: what happened here is written by the store's clock, however wrong this machine's is.
      await this.#learnTime();
      failures = this.#failures;
      await this.#changes.catchUp();
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
