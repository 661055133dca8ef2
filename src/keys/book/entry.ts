import type { Change } from '../../store/contract.ts';
import { decodeRecord, encodeRecord, writeIdOf } from './codec.ts';
import { shiftEvent, withoutFutureTimes } from './clock-skew.ts';
import type { KeyEvent } from '../record/event.ts';
import type { RecordSnapshot } from './record-snapshots.ts';
import { afterKnownActs, isLaterAct } from '../record/operator-acts.ts';
import { FRESH } from '../record/record.ts';
import type { KeyRecord } from '../record/record.ts';
import { reconcile } from './reconcile.ts';
import { reduce } from '../record/reducer.ts';
import type { KeyPolicy } from '../record/reducer.ts';

interface Pending {
  /** Replaced where the clock that dated it is set. */
  event: KeyEvent;
  readonly policy: KeyPolicy;
}

/** A compare-and-set: succeeds where the record in the store is still at revision `expected`. */
export interface Write {
  readonly expected: number;
  /** Undefined deletes it. */
  readonly value: string | undefined;
  readonly record: KeyRecord;
  /** Part of the value, so that this process recognises its own writes among the store's changes. */
  readonly writeId: string;
  readonly events: ReadonlySet<Pending>;
}

/** Events kept for one key while they cannot be written; the oldest are dropped. */
const MAX_PENDING = 256;
/** Writes of one key whose result is not known; the oldest are dropped. */
const MAX_WRITES = 8;

/** What an entry needs to know of its process. */
interface EntryOptions {
  /** Whether this process has the key in its configuration now. */
  readonly isConfigured: (keyId: string) => boolean;
  /** Milliseconds since the epoch; times in records that are ahead of it are moved back. Absent: they are kept. */
  readonly now?: () => number;
}

/**
 * One key's record as the book keeps it: what the store holds, and the events of this process that the store does not
 * hold yet. Does no I/O. Methods that take over a value of the store return false where it is no record.
 *
 * A record exists while any node has its key in the configuration: a node that removes the key deletes the record, and a
 * node that still has it puts it back. No other node does, and a known deletion is repeated where the store has lost it.
 */
export class BookEntry {
  /** Id in the store. */
  readonly id: string;
  readonly keyId: string;
  /** The record that this process uses: what the store holds, with the pending events applied. */
  view: KeyRecord = FRESH;
  readonly #isConfigured: (keyId: string) => boolean;
  /** What the store holds, as last read; while the store is distrusted, what it should hold. */
  #base: KeyRecord = FRESH;
  /** Revision of what the store holds; 0 where it holds none. */
  #revision = 0;
  /** The newest known revision, deletions included. */
  #newestRevision = 0;
  /** The store may have lost `#base`: it is kept until the store shows something newer, or is written again. */
  #isDistrusted = false;
  /** The newest known change is a deletion. */
  #isDeleted = false;
  /** It is to be deleted. */
  #mustDelete = false;
  #pending: Pending[] = [];
  /** The common prefix of its write ids, once there was one. */
  #writer: string | undefined;
  /** Writes whose result is pending or was lost, newest last. Any of them may still be carried out. */
  #writes: Write[] = [];

  readonly #now: () => number;

  constructor(id: string, keyId: string, { isConfigured, now = () => Infinity }: EntryOptions) {
    this.id = id;
    this.keyId = keyId;
    this.#isConfigured = isConfigured;
    this.#now = now;
  }

  /** For another process to begin with; undefined where nothing is known. */
  get snapshot(): RecordSnapshot | undefined {
    const { id, keyId, view } = this;
    if (view === FRESH) return undefined;
    return { id, keyId, state: view.state, value: encodeRecord(view), revision: this.#newestRevision };
  }

  get isUnwritten(): boolean {
    return this.#pending.length > 0 || this.needsRepair;
  }

  /** Whether the store must be repaired: what is known here takes precedence over what it holds. */
  get needsRepair(): boolean {
    return this.#mustDelete || (this.#isDistrusted && this.#base !== FRESH);
  }

  /** Begins with a snapshot of another process, which counts until the store shows something newer. */
  restore({ value, revision }: RecordSnapshot): boolean {
    // Only processes that have the key put its record back.
    if (!this.#isConfigured(this.keyId)) return true;
    const record = decodeRecord(value);
    if (record === undefined) return false;
    this.#base = withoutFutureTimes(record, this.#now());
    this.#newestRevision = revision;
    this.#isDistrusted = true;
    this.#updateView();
    return true;
  }

  /**
   * The clock was set: times ahead of it are moved back, and pending events are dated by the clock as it is now. An
   * operator's act that was later than the known one stays later.
   */
  clockSet(byMs: number): true {
    this.#base = withoutFutureTimes(this.#base, this.#now());
    let [before, after] = [this.#base, this.#base];
    for (const pending of this.#pending) {
      const { event, policy } = pending;
      const moved = shiftEvent(event, byMs);
      pending.event = isLaterAct(event, before) ? afterKnownActs(moved, after) : moved;
      before = reduce(before, event, policy);
      after = reduce(after, pending.event, policy);
    }
    this.view = after;
    return true;
  }

  /** Keeps an event until it is written. @param view - the view after it */
  addPending(pending: Pending, view: KeyRecord): true {
    this.view = view;
    this.#pending = this.#pending.filter(({ event }) => !supersedes(pending.event, event));
    this.#pending.push(pending);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    return true;
  }

  /**
   * All that is pending, in one write; undefined where there is nothing to write.
   * @param writeId - the writer's name, a dot, and a number that it uses once
   */
  nextWrite(writeId: string): Write | undefined {
    if (this.view === this.#base) this.#pending = [];
    if (!this.isUnwritten) return undefined;
    // The view includes events that were dropped from `#pending`, too.
    const { view } = this;
    const expected = this.#revision;
    const write: Write = this.#mustDelete
      ? { expected, value: undefined, record: FRESH, writeId, events: new Set() }
      : {
          expected,
          value: encodeRecord(view, writeId),
          record: view,
          writeId,
          events: new Set(this.#pending),
        };
    this.#writer = writeId.slice(0, writeId.indexOf('.') + 1);
    this.#writes.push(write);
    if (this.#writes.length > MAX_WRITES) this.#writes.shift();
    return write;
  }

  /** The store has accepted the write. */
  writeSucceeded(write: Write, revision: number): true {
    this.#removeWrite(write);
    if (write.value === undefined) this.#mustDelete = false;
    // The clock may have been set while the write was in flight.
    const record = withoutFutureTimes(write.record, this.#now());
    if (revision > this.#newestRevision || this.#isDistrusted) this.#setBase(record, write.value, revision);
    else this.#updateView();
    return true;
  }

  /** The store holds another revision than expected. */
  writeConflicted(expected: number, current: Change): boolean {
    // A newer change was read in the meantime.
    if (this.#revision !== expected) return true;
    // Revisions never decrease, unless the store has lost writes.
    if (current.revision < this.#newestRevision) this.#isDistrusted = true;
    return this.#takeOver(current);
  }

  /** A change was read from the store. */
  storeChanged(change: Change): boolean {
    return (!this.#isDistrusted && change.revision <= this.#newestRevision) || this.#takeOver(change);
  }

  /** The key has left the configuration: its record is deleted, pending events included. */
  remove(): true {
    this.#pending = [];
    this.#base = FRESH;
    this.#mustDelete = true;
    this.#updateView();
    return true;
  }

  /** The store may have lost writes: it is read again from the beginning. */
  distrustStore(): true {
    if (!this.#isConfigured(this.keyId)) this.#base = FRESH;
    this.#isDistrusted = this.#base !== FRESH || this.#isDeleted || this.#mustDelete;
    this.#revision = 0;
    if (!this.#isDistrusted) this.#newestRevision = 0;
    this.#updateView();
    return true;
  }

  #takeOver(change: Change): boolean {
    const { value, revision } = change;
    // A write of this process, read before or instead of its result: its events are stored, and must not count again.
    const writeId = value === undefined || this.#writes.length === 0 ? undefined : writeIdOf(value);
    const write = this.#writes.find((each) => each.writeId === writeId);
    if (write !== undefined) this.#removeWrite(write);
    const isOlder = this.#isDistrusted && revision < this.#newestRevision;
    // A late or repeated write of this process must not restore a record that was deleted in the meantime.
    const isLate = this.#isDeleted && !this.#isConfigured(this.keyId) && this.#isOwnWrite(value);
    this.#mustDelete = value !== undefined && (this.#mustDelete || (this.#isDeleted && (isOlder || isLate)));
    if (this.#mustDelete) {
      this.#revision = revision;
      return true;
    }
    const decoded = value === undefined ? FRESH : decodeRecord(value);
    const record = decoded && withoutFutureTimes(decoded, this.#now());
    const revisionBefore = this.#newestRevision;
    // An unreadable value is ignored: what is known here counts until there is something to write.
    const reconciled = record === undefined ? this.#base : this.#reconciled(record, value, isOlder);
    this.#setBase(reconciled, value, revision);
    if (record !== undefined && reconciled !== record) {
      // The store is to be overwritten.
      this.#isDistrusted = true;
      this.#isDeleted = false;
      this.#newestRevision = Math.max(revisionBefore, revision);
    }
    return record !== undefined;
  }

  #isOwnWrite(value: string | undefined): boolean {
    const writeId = value === undefined ? undefined : writeIdOf(value);
    return this.#writer !== undefined && writeId?.startsWith(this.#writer) === true;
  }

  /** The record that counts, of what the store held and what it holds now. */
  #reconciled(record: KeyRecord, value: string | undefined, isOlder: boolean): KeyRecord {
    if (this.#base === FRESH) return record;
    if (value !== undefined) return reconcile(this.#base, record, isOlder);
    return this.#isConfigured(this.keyId) ? this.#base : FRESH;
  }

  /** The write is in the store. Earlier ones have failed or are included in it, except before a deletion. */
  #removeWrite(write: Write): void {
    if (write.value === undefined) {
      this.#writes = this.#writes.filter((each) => each !== write);
      return;
    }
    this.#pending = this.#pending.filter((item) => !write.events.has(item));
    this.#writes = this.#writes.slice(this.#writes.indexOf(write) + 1);
  }

  /** @param value - what the store holds under `revision` */
  #setBase(base: KeyRecord, value: string | undefined, revision: number): void {
    this.#base = base;
    this.#revision = value === undefined ? 0 : revision;
    this.#newestRevision = revision;
    this.#isDistrusted = false;
    this.#isDeleted = value === undefined && revision > 0;
    this.#updateView();
  }

  #updateView(): void {
    this.view = this.#pending.reduce(
      (record, { event, policy }) => reduce(record, event, policy),
      this.#base,
    );
  }
}

/** Whether a hint replaces an earlier one: hints must not displace other events. */
function supersedes(event: KeyEvent, earlier: KeyEvent): boolean {
  if (event.type === 'headroom') return earlier.type === 'headroom' && earlier.model === event.model;
  if (event.type === 'circuit')
    return earlier.type === 'circuit' && earlier.status.model === event.status.model;
  return event.type === 'domain' && earlier.type === 'domain';
}
