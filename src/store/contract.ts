/**
 * Where key records live. One contract, several backends, one suite that all of them pass.
 *
 * A store knows nothing of keys: it holds small values under ids, gives every write a revision, and lends
 * leases. Revisions grow over the whole store, so "everything since revision r" is one question.
 */

/** A value as the store holds it. */
export interface Versioned {
  readonly id: string;
  readonly value: string;
  /** Grows with every write to the store; never reused. */
  readonly revision: number;
}

/** One id's newest state; `value` is undefined where the id was deleted. */
export interface Change {
  readonly id: string;
  readonly value: string | undefined;
  readonly revision: number;
}

export interface ChangePage {
  /** In order of revision. An id written several times appears once, at its newest revision. */
  readonly changes: readonly Change[];
  /** Ask from here next time. */
  readonly revision: number;
  /** False where `limit` cut the page short: ask again at once. */
  readonly complete: boolean;
}

/** `current` is what stands in the store: what was just written, or what somebody else wrote before. */
export interface CasResult {
  readonly written: boolean;
  readonly current: Change;
}

/** A lease saves work; it does not guard correctness: two holders may overlap for a moment. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Grows with every change of holder: a fencing token. */
  readonly token: number;
}

export interface Store {
  /** For people: the kind and place of the store, without credentials. */
  readonly description: string;

  read(id: string): Promise<Versioned | undefined>;

  /** Every value whose id starts with `prefix`, in bounded batches. */
  list(prefix: string): AsyncIterable<readonly Versioned[]>;

  /**
   * Writes `value` if the id still stands at `expectedRevision` (0: it must not exist); undefined deletes.
   * Of any number of concurrent callers with one expectation exactly one is told `written`.
   */
  compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult>;

  /** Everything that changed after `revision`, at most `limit` entries a page. */
  changesSince(revision: number, limit: number): Promise<ChangePage>;

  /**
   * Calls `listener` soon after somebody (this process included) may have written. A signal only: it may
   * come late, twice or for nothing, and says not what changed; `changesSince` does.
   * @returns ends the subscription
   */
  onChange(listener: () => void): () => void;

  /** Takes a free or expired lease, or extends one that `holder` has. Expiry is by the store's clock. */
  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;

  /** False where the lease has passed to somebody else or has expired. */
  renewLease(lease: Lease, ttlMs: number): Promise<boolean>;

  /** Gives it back at once. Nothing happens where it is no longer held. */
  releaseLease(lease: Lease): Promise<void>;

  close(): Promise<void>;
}
