import type { Change } from '../store/contract.ts';
import { decodeRecord, encodeRecord, markOf } from './codec.ts';
import { withoutFuture } from './clock-ahead.ts';
import type { KeyEvent } from './event.ts';
import type { KnownRecord } from './known-records.ts';
import { FRESH } from './record.ts';
import type { KeyRecord } from './record.ts';
import { reduce } from './reducer.ts';
import type { KeyPolicy } from './reducer.ts';

interface Pending {
  readonly event: KeyEvent;
  readonly policy: KeyPolicy;
}

/** A write to the store: goes through where the record still stands at `expected`. */
export interface Write {
  readonly expected: number;
  readonly value: string;
  readonly record: KeyRecord;
  /** Stands in the value, so that it is known again when it is heard of. */
  readonly mark: string;
  readonly events: ReadonlySet<Pending>;
}

/** Events kept for one key while they cannot be written; the oldest go first. */
const MAX_PENDING = 256;
/** Writes of one key whose answers were lost, and which may still be heard of; the oldest go first. */
const MAX_WRITES = 8;

/**
 * One key's record as the book keeps it: what the store holds, and what happened here that the store does not
 * hold yet. Touches no store itself. What changes the view says whether it could be read: false where the
 * store holds something that is no record, and the key counts as new.
 */
export class BookEntry {
  /** In the store. */
  readonly id: string;
  readonly keyId: string;
  /** What this process goes by: what the store holds, with all that happened here since. */
  view: KeyRecord = FRESH;
  /** What the store holds, as last heard. */
  #base: KeyRecord = FRESH;
  /** Of `#base` in the store; 0 where it holds none. */
  #revision = 0;
  /** The newest revision heard of, deletions included. */
  #heard = 0;
  /** The store may have lost `#base`: it is kept until the store shows what goes before it, or takes it back. */
  #isDoubted = false;
  #pending: Pending[] = [];
  /** Writes whose answers may still be to come, or were lost; newest last. Any of them may yet be carried out. */
  #writes: Write[] = [];

  readonly #now: () => number;

  /** @param now - milliseconds since the epoch: what a clock ahead dated is dated by it. Absent: as it stands */
  constructor(id: string, keyId: string, now: () => number = () => Infinity) {
    this.id = id;
    this.keyId = keyId;
    this.#now = now;
  }

  /** What is known, for another process to begin with; undefined where that is nothing. */
  get told(): KnownRecord | undefined {
    const { id, keyId, view } = this;
    if (view === FRESH) return undefined;
    return { id, keyId, state: view.state, value: encodeRecord(view), revision: this.#heard };
  }

  get isUnwritten(): boolean {
    return this.#pending.length > 0 || this.#isDoubted;
  }

  /** Whether it is not known if the store still has what it once had. */
  get isDoubted(): boolean {
    return this.#isDoubted;
  }

  /** What a deletion has to expect; 0 where there is nothing to delete. */
  get revision(): number {
    return this.#revision;
  }

  /** Begins with what another process knows: it holds until the store shows what goes before it. */
  begin({ value, revision }: KnownRecord): boolean {
    const record = decodeRecord(value);
    if (record === undefined) return false;
    this.#base = withoutFuture(record, this.#now());
    this.#heard = revision;
    this.#isDoubted = true;
    this.#show();
    return true;
  }

  /** The clock went back: what lies ahead now was dated before. */
  clockWentBack(): true {
    this.#base = withoutFuture(this.#base, this.#now());
    this.#show();
    return true;
  }

  /** Keeps an event until it is written, and goes by the view that it makes of the present one. */
  keep(pending: Pending, view: KeyRecord): true {
    this.view = view;
    this.#pending = this.#pending.filter(({ event }) => !supersedes(pending.event, event));
    this.#pending.push(pending);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    return true;
  }

  /** All that is to be written, in one write; undefined where it comes to nothing. */
  nextWrite(mark: string): Write | undefined {
    if (this.view === this.#base) this.#pending = [];
    if (!this.isUnwritten) return undefined;
    // The view rather than the events again: it knows of events that there was no room to keep, too.
    const { view } = this;
    const value = encodeRecord(view, mark);
    const write = { expected: this.#revision, value, record: view, mark, events: new Set(this.#pending) };
    this.#writes.push(write);
    if (this.#writes.length > MAX_WRITES) this.#writes.shift();
    return write;
  }

  /** The store took the write, and gave it a revision. */
  written(write: Write, revision: number): true {
    this.#settle(write);
    if (revision > this.#heard || this.#isDoubted) this.#go(write.record, revision, revision);
    else this.#show();
    return true;
  }

  /** The store holds something else than the writer expected. */
  refused(expected: number, current: Change): boolean {
    // Something newer was heard while the answer was on its way.
    if (this.#revision !== expected) return true;
    // No store goes back by itself.
    if (current.revision < this.#heard) this.#isDoubted = true;
    return this.#take(current);
  }

  /** Somebody wrote. */
  hear(change: Change): boolean {
    return (!this.#isDoubted && change.revision <= this.#heard) || this.#take(change);
  }

  /** Forgets what happened here that is not in the store. */
  dropEvents(): true {
    this.#pending = [];
    this.#show();
    return true;
  }

  /** The store may have lost writes. What it has, it shows from here on. */
  doubt(): void {
    this.#isDoubted = this.#base !== FRESH;
    this.#revision = 0;
    if (!this.#isDoubted) this.#heard = 0;
  }

  #take(change: Change): boolean {
    const { value, revision } = change;
    // Heard before its answer, or instead of it: its events are in the store, and must not count again.
    const mark = value === undefined || this.#writes.length === 0 ? undefined : markOf(value);
    const write = this.#writes.find((each) => each.mark === mark);
    if (write !== undefined) this.#settle(write);
    const decoded = value === undefined ? FRESH : decodeRecord(value);
    const record = decoded && withoutFuture(decoded, this.#now());
    const expected = value === undefined ? 0 : revision;
    if (record !== undefined && this.#outlives(record, change)) {
      // It is written over what stands in the store.
      this.#isDoubted = true;
      this.#revision = expected;
      return true;
    }
    this.#go(record ?? FRESH, expected, revision);
    return record !== undefined;
  }

  /**
   * Whether what the store once held goes before what it holds now, because it has lost the one and somebody
   * wrote the other without knowing of it. An epoch is never followed by a smaller one but through a deletion;
   * where the store may have lost writes, that holds within an epoch for what was written later, too.
   */
  #outlives(record: KeyRecord, { value, revision }: Change): boolean {
    if (value !== undefined && record.epoch !== this.#base.epoch) return record.epoch < this.#base.epoch;
    // Two histories of one epoch: the operator's word is in one of them.
    const isDisabled = this.#base.state === 'disabled';
    if (value !== undefined && isDisabled !== (record.state === 'disabled')) return isDisabled;
    return this.#isDoubted && revision < this.#heard;
  }

  /** It is in the store. What was asked for before it came to nothing, or stands in it. */
  #settle(write: Write): void {
    this.#pending = this.#pending.filter((item) => !write.events.has(item));
    this.#writes = this.#writes.slice(this.#writes.indexOf(write) + 1);
  }

  #go(base: KeyRecord, revision: number, heard: number): void {
    this.#base = base;
    this.#revision = revision;
    this.#heard = heard;
    this.#isDoubted = false;
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
  if (event.type === 'circuit') return earlier.type === 'circuit' && earlier.mark.model === event.mark.model;
  return event.type === 'domain' && earlier.type === 'domain';
}
