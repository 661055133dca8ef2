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
  /** Another one where the clock that dated it was set since. */
  event: KeyEvent;
  readonly policy: KeyPolicy;
}

/** A write to the store: goes through where the record still stands at `expected`. */
export interface Write {
  readonly expected: number;
  /** Undefined deletes it. */
  readonly value: string | undefined;
  readonly record: KeyRecord;
  /** Stands in the value, so that it is known again when it is heard of. */
  readonly writeId: string;
  readonly events: ReadonlySet<Pending>;
}

/** Events kept for one key while they cannot be written; the oldest go first. */
const MAX_PENDING = 256;
/** Writes of one key whose answers were lost, and which may still be heard of; the oldest go first. */
const MAX_WRITES = 8;

/** What an entry needs to know of its process. */
export interface EntryOptions {
  /** Whether this process has the key in its configuration now. */
  readonly isConfigured: (keyId: string) => boolean;
  /** Milliseconds since the epoch: what a clock ahead dated is dated by it. Absent: times are taken as they stand. */
  readonly now?: () => number;
}

/**
 * One key's record as the book keeps it: what the store holds, and what happened here that the store does not
 * hold yet. Touches no store itself. What changes the view says whether it could be read: false where the
 * store holds something that is no record.
 *
 * A record stays for as long as anybody has its key in the configuration: who has removed it deletes the record, and
 * who still has it puts it back. Nobody else puts it back, and a deletion that was heard of is repeated where the store
 * has lost it.
 */
export class BookEntry {
  /** In the store. */
  readonly id: string;
  readonly keyId: string;
  /** What this process goes by: what the store holds, with all that happened here since. */
  view: KeyRecord = FRESH;
  readonly #isConfigured: (keyId: string) => boolean;
  /** What the store holds, as last heard; while that is doubted, what it is to hold. */
  #base: KeyRecord = FRESH;
  /** Of what the store holds; 0 where it holds none. */
  #revision = 0;
  /** The newest revision heard of, deletions included. */
  #heard = 0;
  /** The store may have lost `#base`: it is kept until the store shows what goes before it, or takes it back. */
  #isDoubted = false;
  /** The last that was heard is that the record was deleted. */
  #isDeleted = false;
  /** It is to be deleted. */
  #isToGo = false;
  #pending: Pending[] = [];
  /** What the marks of all its writes begin with, once there was one. */
  #writer: string | undefined;
  /** Writes whose answers may still be to come, or were lost; newest last. Any of them may yet be carried out. */
  #writes: Write[] = [];

  readonly #now: () => number;

  constructor(id: string, keyId: string, { isConfigured, now = () => Infinity }: EntryOptions) {
    this.id = id;
    this.keyId = keyId;
    this.#isConfigured = isConfigured;
    this.#now = now;
  }

  /** What is known, for another process to begin with; undefined where that is nothing. */
  get snapshot(): RecordSnapshot | undefined {
    const { id, keyId, view } = this;
    if (view === FRESH) return undefined;
    return { id, keyId, state: view.state, value: encodeRecord(view), revision: this.#heard };
  }

  get isUnwritten(): boolean {
    return this.#pending.length > 0 || this.needsRepair;
  }

  /** Whether what is known here goes before what the store holds, as far as is known. */
  get needsRepair(): boolean {
    return this.#isToGo || (this.#isDoubted && this.#base !== FRESH);
  }

  /** Begins with what another process knows: it holds until the store shows what goes before it. */
  restore({ value, revision }: RecordSnapshot): boolean {
    // Whoever has the key puts its record back, and nobody else.
    if (!this.#isConfigured(this.keyId)) return true;
    const record = decodeRecord(value);
    if (record === undefined) return false;
    this.#base = withoutFutureTimes(record, this.#now());
    this.#heard = revision;
    this.#isDoubted = true;
    this.#show();
    return true;
  }

  /**
   * The clock was set: what lies ahead now was dated before, and what happened here and is not written is dated by the
   * clock as it is now. What the operator said after what was known here stays after that.
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

  /** Keeps an event until it is written, and goes by the view that it makes of the present one. */
  addPending(pending: Pending, view: KeyRecord): true {
    this.view = view;
    this.#pending = this.#pending.filter(({ event }) => !supersedes(pending.event, event));
    this.#pending.push(pending);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    return true;
  }

  /**
   * All that is to be written, in one write; undefined where it comes to nothing.
   * @param writeId - the writer's name, a dot, and a number that it gives once
   */
  nextWrite(writeId: string): Write | undefined {
    if (this.view === this.#base) this.#pending = [];
    if (!this.isUnwritten) return undefined;
    // The view rather than the events again: it knows of events that there was no room to keep, too.
    const { view } = this;
    const expected = this.#revision;
    const write: Write = this.#isToGo
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

  /** The store took the write, and gave it a revision. */
  writeSucceeded(write: Write, revision: number): true {
    this.#settle(write);
    if (write.value === undefined) this.#isToGo = false;
    // The clock may have been set while the write was under way.
    const record = withoutFutureTimes(write.record, this.#now());
    if (revision > this.#heard || this.#isDoubted) this.#go(record, write.value, revision);
    else this.#show();
    return true;
  }

  /** The store holds something else than the writer expected. */
  writeConflicted(expected: number, current: Change): boolean {
    // Something newer was heard while the answer was on its way.
    if (this.#revision !== expected) return true;
    // No store goes back by itself.
    if (current.revision < this.#heard) this.#isDoubted = true;
    return this.#take(current);
  }

  /** Somebody wrote. */
  storeChanged(change: Change): boolean {
    return (!this.#isDoubted && change.revision <= this.#heard) || this.#take(change);
  }

  /** The key has left the configuration: its record goes, with all that happened here and is not in the store. */
  remove(): true {
    this.#pending = [];
    this.#base = FRESH;
    this.#isToGo = true;
    this.#show();
    return true;
  }

  /** The store may have lost writes. What it has, it shows from here on. */
  distrustStore(): true {
    if (!this.#isConfigured(this.keyId)) this.#base = FRESH;
    this.#isDoubted = this.#base !== FRESH || this.#isDeleted || this.#isToGo;
    this.#revision = 0;
    if (!this.#isDoubted) this.#heard = 0;
    this.#show();
    return true;
  }

  #take(change: Change): boolean {
    const { value, revision } = change;
    // Heard before its answer, or instead of it: its events are in the store, and must not count again.
    const mark = value === undefined || this.#writes.length === 0 ? undefined : writeIdOf(value);
    const write = this.#writes.find((each) => each.writeId === mark);
    if (write !== undefined) this.#settle(write);
    const isOlder = this.#isDoubted && revision < this.#heard;
    // A write of its own that is carried out only now, or once more, brings nothing back that has left meanwhile.
    const isLate = this.#isDeleted && !this.#isConfigured(this.keyId) && this.#isOwn(value);
    this.#isToGo = value !== undefined && (this.#isToGo || (this.#isDeleted && (isOlder || isLate)));
    if (this.#isToGo) {
      this.#revision = revision;
      return true;
    }
    const decoded = value === undefined ? FRESH : decodeRecord(value);
    const record = decoded && withoutFutureTimes(decoded, this.#now());
    const heardBefore = this.#heard;
    // Of what cannot be read nothing is taken over: what is known here stands until there is something to write.
    const standing = record === undefined ? this.#base : this.#standing(record, value, isOlder);
    this.#go(standing, value, revision);
    if (record !== undefined && standing !== record) {
      // It is written over what stands in the store.
      this.#isDoubted = true;
      this.#isDeleted = false;
      this.#heard = Math.max(heardBefore, revision);
    }
    return record !== undefined;
  }

  #isOwn(value: string | undefined): boolean {
    const mark = value === undefined ? undefined : writeIdOf(value);
    return this.#writer !== undefined && mark?.startsWith(this.#writer) === true;
  }

  /** What stands of what the store once held, and what it holds now. */
  #standing(record: KeyRecord, value: string | undefined, isOlder: boolean): KeyRecord {
    if (this.#base === FRESH) return record;
    if (value !== undefined) return reconcile(this.#base, record, isOlder);
    return this.#isConfigured(this.keyId) ? this.#base : FRESH;
  }

  /** It is in the store. What was asked for before it came to nothing, or stands in it; but not before a deletion. */
  #settle(write: Write): void {
    if (write.value === undefined) {
      this.#writes = this.#writes.filter((each) => each !== write);
      return;
    }
    this.#pending = this.#pending.filter((item) => !write.events.has(item));
    this.#writes = this.#writes.slice(this.#writes.indexOf(write) + 1);
  }

  /** @param value - what the store holds under `revision` */
  #go(base: KeyRecord, value: string | undefined, revision: number): void {
    this.#base = base;
    this.#revision = value === undefined ? 0 : revision;
    this.#heard = revision;
    this.#isDoubted = false;
    this.#isDeleted = value === undefined && revision > 0;
    this.#show();
  }

  #show(): void {
    this.view = this.#pending.reduce(
      (record, { event, policy }) => reduce(record, event, policy),
      this.#base,
    );
  }
}

/** Whether nothing is left of what `earlier` told. It must not fill the room of what counts. */
function supersedes(event: KeyEvent, earlier: KeyEvent): boolean {
  if (event.type === 'headroom') return earlier.type === 'headroom' && earlier.model === event.model;
  if (event.type === 'circuit')
    return earlier.type === 'circuit' && earlier.status.model === event.status.model;
  return event.type === 'domain' && earlier.type === 'domain';
}
