import { createHash } from 'node:crypto';
import type { Lease, Store } from '../store/contract.ts';
import { KeyLists } from './key-lists.ts';

/** Whose keys, and how leases are held. */
export interface KeyShareOptions {
  readonly store: Store;
  readonly providerId: string;
  /** Of this node's configuration. */
  readonly keyIds: readonly string[];
  /** Names this process in leases. */
  readonly holder: string;
  readonly leaseMs: number;
  /** The longest that a check is under way. Milliseconds. */
  readonly checkMs: number;
}

/** What a node looks after, as long as it asks again in time. */
export interface Share {
  /** 0: of the provider as a whole. Others look after keys that nodes of lower ranks do not know. */
  readonly rank: number;
  readonly has: (keyId: string) => boolean;
}

/** Different configurations of one provider that are looked after at once; keys that only a further one knows wait. */
const MAX_RANKS = 8;
const ALL = (): boolean => true;
const NONE = (): boolean => false;

/**
 * Which keys of a provider this node tests, so that each key is tested by one node, and every key by some node, even
 * where nodes have different lists of keys, as while a change of the configuration goes round.
 *
 * There is one lease for the provider, and its holder tests the keys that it knows and says which those are: by a
 * fingerprint of their ids. A node with the same fingerprint has nothing left to test. One that knows other keys, too,
 * asks for the list behind the fingerprint and takes the lease of the next rank for the rest, and so on. Each asks from
 * the first rank on every time, so that a key goes to the lowest rank that knows it.
 *
 * Where a holder is new and somebody stands behind it, it begins when what is under way there is over.
 *
 * Who pays: two more questions to the store a round for who holds the lease, one for who does not.
 * Not promised: anything of keys that a holder knows which does not say so, as one of an older version.
 */
export class KeyShare {
  readonly #options: KeyShareOptions;
  readonly #print: string;
  readonly #lists: KeyLists;
  #held: { readonly rank: number; readonly lease: Lease } | undefined;
  /** Before this nothing is tested. By `performance.now()`. */
  #beginsAt = 0;

  constructor(options: KeyShareOptions) {
    const { store, keyIds } = options;
    this.#options = options;
    this.#print = fingerprintOf(keyIds);
    this.#lists = new KeyLists(store);
  }

  /** Takes, or goes on holding, what is there for this node. @returns undefined where there is nothing */
  async hold(): Promise<Share | undefined> {
    const covered = new Set<string>();
    for (let rank = 0; rank < MAX_RANKS; rank++) {
      const lease = await this.#acquire(rank);
      if (lease !== undefined) return this.#take(rank, lease, covered);
      const theirs = await this.#keysAt(rank);
      for (const id of theirs ?? []) covered.add(id);
      if (theirs === undefined || this.#options.keyIds.every((id) => covered.has(id))) break;
    }
    await this.#leave(this.#held);
    this.#held = undefined;
    return undefined;
  }

  /** The store failed: whatever was held is not known to be held any more. */
  lost(): void {
    this.#held = undefined;
  }

  /** Gives back what is held, so that another node can take over at once. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await this.#leave(held);
  }

  #acquire(rank: number): Promise<Lease | undefined> {
    const { store, providerId, holder, leaseMs } = this.#options;
    const name = rank === 0 ? `probe/${providerId}` : `probe-rest/${rank}/${providerId}`;
    return store.acquireLease(name, holder, leaseMs);
  }

  async #take(rank: number, lease: Lease, covered: ReadonlySet<string>): Promise<Share> {
    const { store, keyIds, leaseMs, checkMs } = this.#options;
    const before = this.#held;
    const isNew = before?.rank !== rank || before.lease.token !== lease.token;
    this.#held = { rank, lease };
    await store.set(this.#printId(rank), this.#print, leaseMs);
    await this.#lists.publishIfRequested(this.#print, keyIds);
    if (isNew && before?.rank !== rank) await this.#leave(before);
    if (isNew && (await store.get(this.#printId(rank + 1))) !== undefined) {
      this.#beginsAt = performance.now() + checkMs;
    }
    if (performance.now() < this.#beginsAt) return { rank, has: NONE };
    return { rank, has: covered.size === 0 ? ALL : (id) => !covered.has(id) };
  }

  /** What the holder of a rank tests; undefined where it has not said so, or not yet: then it may be everything. */
  async #keysAt(rank: number): Promise<readonly string[] | undefined> {
    const print = await this.#options.store.get(this.#printId(rank));
    if (print === undefined) return undefined;
    return print === this.#print ? this.#options.keyIds : this.#lists.find(print);
  }

  async #leave(held: { readonly rank: number; readonly lease: Lease } | undefined): Promise<void> {
    if (held === undefined) return;
    const { store } = this.#options;
    await store.delete(this.#printId(held.rank));
    await store.releaseLease(held.lease);
  }

  #printId(rank: number): string {
    return `probe-keys/${rank}/${this.#options.providerId}`;
  }
}

/** Equal for equal sets of keys. Key ids are no secrets: they are keyed hashes. */
function fingerprintOf(keyIds: readonly string[]): string {
  return createHash('sha256').update(keyIds.toSorted().join('\n')).digest('base64url').slice(0, 22);
}
