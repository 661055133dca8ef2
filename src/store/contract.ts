/**
 * Where key records live. One contract, several backends, one suite that all of them pass.
 *
 * A store knows nothing of keys: it holds small values under ids, gives every write a revision, and lends
 * leases. Ids that are equal up to their last `/` are a group. Within a group revisions grow from write to write
 * and changes are told in that order; between groups neither is promised, so that a cluster may keep them apart.
 *
 * Ids, values and the names in leases are well-formed Unicode of any characters, within the lengths of
 * `limits` in rules.ts. A call that cannot be done rejects with a `StoreError`, whose codes are in errors.ts.
 */

/** One id's newest state; `value` is undefined where the id was deleted, or never written (revision 0). */
export interface Change {
  readonly id: string;
  readonly value: string | undefined;
  /** Grows with every write in the id's group. Never reused, not even by a store that has lost writes. */
  readonly revision: number;
}

/**
 * Where a reader of the changes stands. Opaque: what a store gave means something to it and its like alone, and
 * only while the reader's process lives.
 */
export type Cursor = string;

/** What changed since a cursor was given. */
export interface ChangePage {
  /** In order of revision within each group. An id written several times appears once, at its newest revision. */
  readonly changes: readonly Change[];
  /** Ask from here next time. */
  readonly cursor: Cursor;
  /** False where more may follow, as after a page of `limit` entries: ask again at once. */
  readonly complete: boolean;
}

/**
 * `current` is what stands in the store: what was just written, or what somebody else wrote before. Its
 * revision is always a right expectation for the next try.
 */
export interface CasResult {
  readonly written: boolean;
  readonly current: Change;
}

/** A lease saves work; it does not guard correctness: two holders may overlap for a moment. */
export interface Lease {
  readonly name: string;
  /** Unlike that of any other process, and of an earlier run of this one: the store takes equals for the same. */
  readonly holder: string;
  /**
   * A fencing token: one for each unbroken holding. Extending and renewing keep it; whoever takes a free or
   * expired lease gets a greater one, the last holder included.
   */
  readonly token: number;
}

/** The contract every backend keeps. */
export interface Store {
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;

  /**
   * Writes `value` if the id still stands at `expectedRevision` (0: it must not exist); undefined deletes.
   * Of any number of concurrent callers with one expectation exactly one is told `written`. Deleting what
   * does not exist writes nothing and is told so.
   *
   * A deleted id leaves a small mark for ever, so that no catch-up misses the deletion: ids are for things
   * that stay or come back, not for those that pass by.
   *
   * After a rejection the write may have happened, unless the code says otherwise: read to find out.
   */
  compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult>;

  /**
   * Everything that changed since `cursor` was given, deletions included, at most `limit` entries a page; from
   * the beginning where it is undefined. Asked from page to page it misses no write, whoever made it and however
   * late the question comes.
   *
   * `lost` where the store may have lost writes since (emptied, a restored copy, a failover): what was learned
   * from it no longer holds, and everything has to be read anew, from the beginning.
   */
  changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'>;

  /**
   * Calls `listener` soon after somebody (this process included) may have written. A signal only: it may
   * come late, twice or for nothing, and says not what changed; `changesSince` does. Never called from
   * within another call of the store.
   * @returns ends the subscription; nothing happens the second time
   */
  onChange(listener: () => void): () => void;

  /** Takes a free or expired lease, or extends one that `holder` has. Expiry is by the store's clock. */
  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;

  /** Gives it back at once. Nothing happens where it is no longer held. */
  releaseLease(lease: Lease): Promise<void>;

  /**
   * Keeps `value` under `id` for `ttlMs` from now, over whatever was kept there. For things that pass by: they
   * stand apart from the values above, are in no list and no change, and leave nothing behind when their time is
   * over. Time is by the store's clock. A backend may bound how many it keeps; those remembered longest ago go
   * first, and what is remembered for longer than `limits.lastingMs` only where there are too many of its like. In Redis: `SET … PX`, `GET` and `DEL` of a name under the store's prefix, without a script.
   */
  set(id: string, value: string, ttlMs: number): Promise<void>;

  /** What is remembered under `id`; undefined where nothing is, or its time is over. */
  get(id: string): Promise<string | undefined>;

  /** Forgets what is remembered under `id`. Nothing happens where nothing is. */
  delete(id: string): Promise<void>;

  /**
   * What the store's own clock says: the one that leases and what is remembered expire by, the same for all that
   * share the store, whatever their wall clocks say. Milliseconds since the epoch.
   */
  time(): Promise<number>;

  /** Ends all subscriptions. Further calls are rejected, but for another `close`, which does nothing. */
  close(): Promise<void>;
}
