import type { CasResult, Change, ChangePage, Cursor, Lease } from '../../../src/store/contract.ts';
import { mayWrite } from '../../../src/store/rules.ts';

/** What a restart of the store costs: nothing, the writes of its last moments, or everything. */
export type Loss = 'none' | 'newest' | 'all';

/** Hears of what happens in the store, at the moment it does. */
export interface StoreWatcher {
  wrote(before: Change, after: Change): void;
  /** The record that stands under an id is no longer the newest that ever stood there. */
  lost(loss: Loss): void;
}

interface HeldLease extends Lease {
  /** By the store's clock. */
  readonly since: number;
  /** By the store's clock. */
  readonly expiresAt: number;
}

interface Written {
  readonly at: number;
  readonly before: Change;
}

/** A store that fails loses what it wrote in so many of its last milliseconds. */
const UNSAVED_MS = 1_000;

/**
 * The store that all nodes share, as a server: what it answers it answers at once, and how questions reach it is
 * the network's matter. It behaves as `src/store/redis` does: a revision is never given out twice, and whoever
 * asks for changes after a restart is told that some may be lost.
 */
export class StoreServer {
  up = true;
  readonly #clock: () => number;
  readonly #watcher: StoreWatcher;
  readonly #onChange = new Set<() => void>();
  readonly #onRestart = new Set<() => void>();
  /** In order of revision. */
  #entries = new Map<string, Change>();
  readonly #leases = new Map<string, HeldLease>();
  readonly #passing = new Map<string, { readonly value: string; readonly expiresAt: number }>();
  /** Newest last; what was saved long ago is cut off. */
  #journal: Written[] = [];
  #life = 1;
  #revision = 0;
  #token = 0;

  constructor(clock: () => number, watcher: StoreWatcher) {
    this.#clock = clock;
    this.#watcher = watcher;
  }

  standing(id: string): Change {
    return this.#entries.get(id) ?? { id, value: undefined, revision: 0 };
  }

  values(): Iterable<Change> {
    return this.#entries.values();
  }

  /** Who holds a lease, where it is held at this moment. */
  holderOf(name: string): string | undefined {
    const held = this.#leases.get(name);
    return held !== undefined && held.expiresAt > this.#clock() ? held.holder : undefined;
  }

  /** For how long its last holder has had it. Milliseconds. */
  heldFor(name: string): number {
    return this.#clock() - (this.#leases.get(name)?.since ?? Infinity);
  }

  compareAndSet(id: string, expectedRevision: number, value: string | undefined): CasResult {
    const before = this.standing(id);
    if (!mayWrite(before, expectedRevision, value)) return { written: false, current: before };
    const current = { id, value, revision: ++this.#revision };
    this.#journal.push({ at: this.#clock(), before });
    this.#put(current);
    this.#watcher.wrote(before, current);
    for (const tell of this.#onChange) tell();
    return { written: true, current };
  }

  changesSince(cursor: Cursor | undefined, limit: number): ChangePage | 'lost' {
    const [life = 0, after = 0] = cursor?.split(':').map(Number) ?? [];
    if (after > 0 && life !== this.#life) return 'lost';
    const newer = [...this.#entries.values()].filter(({ revision }) => revision > after);
    const changes = newer.slice(0, limit);
    return {
      changes,
      cursor: `${this.#life}:${changes.at(-1)?.revision ?? after}`,
      complete: changes.length === newer.length,
    };
  }

  acquireLease(name: string, holder: string, ttlMs: number): Lease | undefined {
    const isFree = this.holderOf(name) === undefined;
    const held = this.#leases.get(name);
    if (!isFree && held?.holder !== holder) return undefined;
    const token = isFree || held === undefined ? ++this.#token : held.token;
    const lease = { name, holder, token };
    const now = this.#clock();
    const since = isFree || held === undefined ? now : held.since;
    this.#leases.set(name, { ...lease, since, expiresAt: now + ttlMs });
    return lease;
  }

  releaseLease({ name, holder, token }: Lease): void {
    const held = this.#leases.get(name);
    if (held?.token !== token || this.holderOf(name) !== holder) return;
    this.#leases.set(name, { ...held, expiresAt: this.#clock() });
  }

  set(id: string, value: string, ttlMs: number): void {
    this.#passing.set(id, { value, expiresAt: this.#clock() + ttlMs });
  }

  get(id: string): string | undefined {
    const kept = this.#passing.get(id);
    return kept !== undefined && kept.expiresAt > this.#clock() ? kept.value : undefined;
  }

  delete(id: string): void {
    this.#passing.delete(id);
  }

  /** @returns ends it */
  subscribe(onChange: () => void, onRestart: () => void): () => void {
    this.#onChange.add(onChange);
    this.#onRestart.add(onRestart);
    return () => {
      this.#onChange.delete(onChange);
      this.#onRestart.delete(onRestart);
    };
  }

  stop(): void {
    this.up = false;
  }

  start(loss: Loss): void {
    this.up = true;
    this.#life++;
    if (loss !== 'none') {
      this.#leases.clear();
      this.#passing.clear();
    }
    if (loss === 'newest') this.#undoUnsaved();
    if (loss === 'all') this.#entries.clear();
    this.#journal = [];
    this.#watcher.lost(loss);
    for (const tell of this.#onRestart) tell();
  }

  #put(change: Change): void {
    this.#entries.delete(change.id);
    this.#entries.set(change.id, change);
  }

  #undoUnsaved(): void {
    const savedUntil = this.#clock() - UNSAVED_MS;
    for (const { at, before } of this.#journal.toReversed()) {
      if (at <= savedUntil) break;
      this.#entries.delete(before.id);
      if (before.revision > 0) this.#entries.set(before.id, before);
    }
    const inOrder = [...this.#entries].toSorted(([, a], [, b]) => a.revision - b.revision);
    this.#entries = new Map(inOrder);
  }
}
