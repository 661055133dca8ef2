/**
 * Where key records live. One contract, several backends, one suite that all of them pass.
 *
 * A store knows nothing of keys: it holds small values under ids, gives every write a revision, grants leases, and
 * keeps a TTL cache. Ids that are equal up to their last `/` are a group. Within a group revisions grow from write to
 * write and changes are reported in that order; between groups neither is promised, so that a cluster may keep them
 * apart.
 *
 * Ids, values and the names in leases are well-formed Unicode of any characters, within the lengths of
 * `limits` in rules.ts. A call that fails rejects with a `StoreError`, whose codes are in errors.ts.
 */

/** One id's newest state; `value` is undefined where the id was deleted, or never written (revision 0). */
export interface Change {
  readonly id: string;
  readonly value: string | undefined;
  /** Grows with every write in the id's group. Never reused, not even by a store that has lost writes. */
  readonly revision: number;
}

/**
 * A position in the changes. Opaque: it is valid for the store that gave it and others of the same state, within
 * one process.
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
 * `current` is the value in the store: the one just written, or another writer's. Its revision is what the next try
 * has to expect.
 */
export interface CasResult {
  readonly written: boolean;
  readonly current: Change;
}

/** A lease avoids duplicate work. It does not guard correctness: two holders may overlap for a moment. */
export interface Lease {
  readonly name: string;
  /** Unique to this run of this process: the store treats equal holders as the same. */
  readonly holder: string;
  /**
   * A fencing token: one for each unbroken holding. Extending keeps it; whoever takes a free or expired lease gets a
   * greater one, the last holder included.
   */
  readonly token: number;
}

/**
 * Values that expire, apart from those above: they are in no change and leave nothing behind. Time is by the store's
 * clock. A backend may bound how many it keeps; the oldest go first. Those with a time to live of more than
 * `limits.longLivedMs` are bounded by themselves, so that they never give way to the others.
 */
export interface TtlCache {
  /** Sets `value` under `id` for `ttlMs` from now, over whatever was there. In Redis `SET … PX`, without a script. */
  set(id: string, value: string, ttlMs: number): Promise<void>;

  /** The value under `id`; undefined where there is none, or it has expired. */
  get(id: string): Promise<string | undefined>;

  /** Removes what is under `id`, if anything. */
  delete(id: string): Promise<void>;
}

/** The contract every backend keeps. */
export interface Store extends TtlCache {
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;

  /**
   * Writes `value` if the id is still at `expectedRevision` (0: it must not exist); undefined deletes.
   * Of any number of concurrent callers with one expectation exactly one gets `written`. Deleting what does not exist
   * writes nothing.
   *
   * A deleted id leaves a small tombstone for ever, so that no catch-up misses the deletion: what expires belongs into
   * the TTL cache.
   *
   * After a rejection the write may have happened, unless the code says otherwise.
   */
  compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult>;

  /**
   * Everything that changed since `cursor` was given, deletions included, at most `limit` entries a page; from
   * the beginning where it is undefined. Read from page to page it misses no write, whoever made it and however
   * late it is read.
   *
   * `lost` where the store may have lost writes since (emptied, a restored copy, a failover): everything has to
   * be read again from the beginning.
   */
  changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'>;

  /**
   * Calls `listener` soon after any process (this one included) may have written. A signal only: it may come late,
   * twice or for nothing, and does not say what changed; `changesSince` does. Never called from within another call of
   * the store.
   * @returns ends the subscription; nothing happens the second time
   */
  onChange(listener: () => void): () => void;

  /** Takes a free or expired lease, or extends one that `holder` has. Expiry is by the store's clock. */
  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;

  /** Gives it back at once. Nothing happens where it is no longer held. */
  releaseLease(lease: Lease): Promise<void>;

  /**
   * The store's own clock, by which leases and the TTL cache expire: the same for all that share the store, whatever
   * their wall clocks say. Milliseconds since the epoch.
   */
  time(): Promise<number>;

  /** Ends all subscriptions. Further calls are rejected, but for another `close`, which does nothing. */
  close(): Promise<void>;
}
