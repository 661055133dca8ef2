import { createHash } from 'node:crypto';
import type { Lease, Store } from '../store/contract.ts';
import { KeyLists } from './key-lists.ts';

/** Whose keys, and how leases are held. */
interface KeyShareOptions {
  readonly store: Store;
  readonly providerId: string;
  /** Of this node's configuration. */
  readonly keyIds: readonly string[];
  /** Names this process in leases. */
  readonly holder: string;
  readonly leaseMs: number;
  /** The longest duration of a check. Milliseconds. */
  readonly checkMs: number;
}

/** The keys that a node probes, as long as it renews its lease. */
export interface Share {
  /** 0: the provider as a whole. Others: keys that nodes of lower ranks do not have. */
  readonly rank: number;
  readonly has: (keyId: string) => boolean;
}

/** Different configurations of one provider at once; keys that only a further one has are not probed. */
const MAX_RANKS = 8;
const ALL = (): boolean => true;
const NONE = (): boolean => false;

/**
 * Which keys of a provider this node probes, so that each key is probed by exactly one node, even where nodes have
 * different lists of keys, as during a roll-out of a new configuration.
 *
 * There is one lease for the provider. Its holder probes the keys in its configuration, and publishes a fingerprint of
 * their ids. A node with the same fingerprint has nothing left to probe. A node with further keys requests the list
 * behind the fingerprint and acquires the lease of the next rank for the rest, and so on. Each node starts at rank 0 every
 * time, so that a key goes to the lowest rank that has it.
 *
 * A new holder with a node of the next rank behind it begins when checks that are in flight there have ended.
 *
 * Who pays: two more calls to the store per round for the holder of a lease, one for others.
 * Not promised: keys of a holder that publishes no fingerprint, such as one of an older version.
 */
export class KeyShare {
  readonly #options: KeyShareOptions;
  readonly #fingerprint: string;
  readonly #lists: KeyLists;
  #held: { readonly rank: number; readonly lease: Lease } | undefined;
  /** Before this nothing is probed. By `performance.now()`. */
  #beginsAt = 0;

  constructor(options: KeyShareOptions) {
    const { store, keyIds } = options;
    this.#options = options;
    this.#fingerprint = fingerprintOf(keyIds);
    this.#lists = new KeyLists(store);
  }

  /** Acquires or renews this node's share. @returns undefined where there is none for it */
  async hold(): Promise<Share | undefined> {
    const covered = new Set<string>();
    for (let rank = 0; rank < MAX_RANKS; rank++) {
      const lease = await this.#acquire(rank);
      if (lease !== undefined) return this.#acquired(rank, lease, covered);
      const theirs = await this.#keysAt(rank);
      for (const id of theirs ?? []) covered.add(id);
      if (theirs === undefined || this.#options.keyIds.every((id) => covered.has(id))) break;
    }
    await this.#release(this.#held);
    this.#held = undefined;
    return undefined;
  }

  /** The store failed: a lease may be lost. */
  lost(): void {
    this.#held = undefined;
  }

  /** Gives back what is held, so that another node can take over at once. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await this.#release(held);
  }

  #acquire(rank: number): Promise<Lease | undefined> {
    const { store, providerId, holder, leaseMs } = this.#options;
    const name = rank === 0 ? `probe/${providerId}` : `probe-rest/${rank}/${providerId}`;
    return store.acquireLease(name, holder, leaseMs);
  }

  async #acquired(rank: number, lease: Lease, covered: ReadonlySet<string>): Promise<Share> {
    const { store, keyIds, leaseMs, checkMs } = this.#options;
    const before = this.#held;
    const isNew = before?.rank !== rank || before.lease.token !== lease.token;
    this.#held = { rank, lease };
    await store.set(this.#fingerprintId(rank), this.#fingerprint, leaseMs);
    await this.#lists.publishIfRequested(this.#fingerprint, keyIds);
    if (isNew && before?.rank !== rank) await this.#release(before);
    if (isNew && (await store.get(this.#fingerprintId(rank + 1))) !== undefined) {
      this.#beginsAt = performance.now() + checkMs;
    }
    if (performance.now() < this.#beginsAt) return { rank, has: NONE };
    return { rank, has: covered.size === 0 ? ALL : (id) => !covered.has(id) };
  }

  /** The keys of the holder of a rank; undefined where not published (yet): it may be all. */
  async #keysAt(rank: number): Promise<readonly string[] | undefined> {
    const fingerprint = await this.#options.store.get(this.#fingerprintId(rank));
    if (fingerprint === undefined) return undefined;
    return fingerprint === this.#fingerprint ? this.#options.keyIds : this.#lists.find(fingerprint);
  }

  async #release(held: { readonly rank: number; readonly lease: Lease } | undefined): Promise<void> {
    if (held === undefined) return;
    const { store } = this.#options;
    await store.delete(this.#fingerprintId(held.rank));
    await store.releaseLease(held.lease);
  }

  #fingerprintId(rank: number): string {
    return `probe-keys/${rank}/${this.#options.providerId}`;
  }
}

/** Equal for equal sets of keys. Key ids are keyed hashes, and no secrets. */
function fingerprintOf(keyIds: readonly string[]): string {
  return createHash('sha256').update(keyIds.toSorted().join('\n')).digest('base64url').slice(0, 22);
}
