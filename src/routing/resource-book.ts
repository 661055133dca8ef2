import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/contract.ts';
import { decodeOwnership, encodeOwnership } from './resource-owner.ts';
import type { OwnershipRecord, ResourceOwner } from './resource-owner.ts';
import { LruMap } from './lru-map.ts';
import type { TouchedResources } from './resource-refs.ts';

/** A thing whose maker is known. */
export interface OwnedResource {
  readonly id: string;
  readonly maker: ResourceOwner;
}

/** What a resource book works with. */
export interface ResourceBookOptions {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The store failed: once, until it has answered again. */
  readonly onStoreFailure: (error: unknown) => void;
  /** Between tries to write to a store that failed. Milliseconds. */
  readonly retryMs?: number;
}

/** Makers known without asking the store. */
const MAX_CACHED = 20_000;
/** A maker is not believed for longer before the store is asked again, which also renews it there. */
const CACHE_TTL_MS = 3_600_000;
/** Kept while the store is away; the oldest go first. */
const MAX_PENDING_WRITES = 20_000;
const RETRY_MS = 1_000;
/** Questions to the store, one after the other, for a request that could do without their answers. */
const MAX_OPTIONAL_LOOKUPS = 2;
/** Questions to the store at once, and then others have their turn. */
const LOOKUP_BATCH = 64;

interface CacheEntry {
  readonly ownership: OwnershipRecord;
  readonly expiresAt: number;
}

interface PendingWrite {
  /** Undefined: to be forgotten. */
  readonly ownership: OwnershipRecord | undefined;
}

/**
 * What a claim to what a call touches came to: it may go on, and these things of its client's are known; one of them is
 * not for it; or the store that would know does not answer.
 */
export type Claim =
  | { readonly kind: 'own'; readonly found: readonly OwnedResource[] }
  | { readonly kind: 'not-own' | 'unknown'; readonly id: string };

/**
 * Who made what, by the ids of what was made: for as long as it is used, and then for a configured time, in the
 * store that all nodes share. What is learned counts here at once and is written behind; a write begins before
 * the client hears of the id, so that another node nearly always knows it when it is asked.
 *
 * Not promised: that two things of one id, at providers that choose ids alike, are told apart (the newer one is
 * known); that what was learned while the store was away outlasts this process.
 */
export class ResourceBook {
  readonly #options: ResourceBookOptions;
  readonly #cache = new LruMap<CacheEntry>(MAX_CACHED);
  readonly #pendingWrites = new Map<string, PendingWrite>();
  #retry: NodeJS.Timeout | undefined;
  #storeFailed = false;
  #closed = false;

  constructor(options: ResourceBookOptions) {
    this.#options = options;
  }

  /**
   * The first of these things whose maker is known. Never rejects: while the store does not answer,
   * what this process does not know itself counts as unknown.
   */
  async find(ids: readonly string[], ttlMs: number): Promise<OwnedResource | undefined> {
    for (const id of ids) {
      if (!isPlausibleId(id)) continue;
      const ownership = this.#cached(id) ?? (await this.#lookUp(id));
      if (ownership === undefined || ownership === 'unknown') continue;
      this.#renew(id, ownership, ttlMs);
      return { id, maker: ownership.maker };
    }
    return undefined;
  }

  /**
   * The same for things that are only better off with their maker: all of them are looked up here, and the store is
   * asked for the first `MAX_RECALLS` alone, so that nobody waits long for what nobody knows.
   */
  async findAny(ids: readonly string[], ttlMs: number): Promise<ResourceOwner | undefined> {
    for (const id of ids) {
      const ownership = this.#cached(id);
      if (ownership !== undefined) return ownership.maker;
    }
    return (await this.find(ids.slice(0, MAX_OPTIONAL_LOOKUPS), ttlMs))?.maker;
  }

  /**
   * Whether a call may go on: what it touches has to be this client's own, and what it mentions must not be another's.
   * Never rejects; the store is asked for all that is not known here, many at a time.
   */
  async claim({ own, mentioned }: TouchedResources, tenant: string): Promise<Claim> {
    const ids = [...own, ...mentioned];
    const owners = await this.ownersFor(ids, tenant);
    if (owners === undefined) return { kind: 'unknown', id: ids[0] ?? '' };
    const found: OwnedResource[] = [];
    for (const [at, owner] of owners.entries()) {
      const id = ids[at] ?? '';
      if (owner === 'another' || (owner === undefined && at < own.length)) return { kind: 'not-own', id };
      if (owner !== undefined) found.push({ id, maker: owner });
    }
    return { kind: 'own', found };
  }

  /**
   * Of each of these things its maker, where it was made for this client; `another` where it was made for one that is
   * not, and undefined where nobody knows. What is another's is not renewed by being asked for.
   * @returns undefined where the store does not answer
   */
  async ownersFor(
    ids: readonly string[],
    tenant: string,
  ): Promise<(ResourceOwner | 'another' | undefined)[] | undefined> {
    const owners: (ResourceOwner | 'another' | undefined)[] = [];
    for (let from = 0; from < ids.length; from += LOOKUP_BATCH) {
      // Others have their turn in between.
      if (from > 0) await setImmediate();
      const all = await Promise.all(
        ids.slice(from, from + LOOKUP_BATCH).map((id) => this.#ownerFor(id, tenant)),
      );
      for (const owner of all) {
        if (owner === 'unknown') return undefined;
        owners.push(owner);
      }
    }
    return owners;
  }

  /** Keeps who made a thing. Costs nothing where that is known. */
  learn(id: string, owner: ResourceOwner, ttlMs: number): void {
    if (!isPlausibleId(id)) return;
    const known = this.#cached(id);
    if (known !== undefined && isCovered(known, owner, ttlMs)) return;
    this.#keepAndWrite(id, { maker: owner, ttlMs });
  }

  /** The thing is gone. */
  forget(id: string): void {
    if (!isPlausibleId(id)) return;
    this.#cache.delete(id);
    this.#write(id, { ownership: undefined });
  }

  /** Tries once more to write what is unwritten. The store itself stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all(Array.from(this.#pendingWrites, ([id, write]) => this.#send(id, write)));
  }

  async #ownerFor(id: string, tenant: string): Promise<ResourceOwner | 'another' | 'unknown' | undefined> {
    if (!isPlausibleId(id)) return undefined;
    const recent = this.#cached(id);
    const ownership = recent ?? (await this.#lookUp(id));
    if (ownership === undefined || ownership === 'unknown') return ownership;
    const { maker: owner } = ownership;
    if (owner.client === tenant) this.#renew(id, ownership, ownership.ttlMs);
    else if (recent === undefined) this.#addToCache(id, ownership);
    if (owner.client === tenant) return owner;
    // What was made before clients were told apart is nobody's.
    return owner.client === '' ? undefined : 'another';
  }

  #cached(id: string): OwnershipRecord | undefined {
    const known = this.#cache.get(id);
    return known !== undefined && known.expiresAt > this.#options.now() ? known.ownership : undefined;
  }

  #addToCache(id: string, ownership: OwnershipRecord): void {
    const expiresAt = this.#options.now() + Math.min(CACHE_TTL_MS, ownership.ttlMs / 2);
    this.#cache.set(id, { ownership, expiresAt });
  }

  #keepAndWrite(id: string, ownership: OwnershipRecord): void {
    this.#addToCache(id, ownership);
    this.#write(id, { ownership });
  }

  /** It is used, so its time begins anew, where this process has not seen to that lately. */
  #renew(id: string, { maker: owner, ttlMs }: OwnershipRecord, leastMs: number): void {
    if (this.#cached(id) === undefined)
      this.#keepAndWrite(id, { maker: owner, ttlMs: Math.max(ttlMs, leastMs) });
  }

  /** @returns `unknown` where the store does not answer */
  async #lookUp(id: string): Promise<OwnershipRecord | 'unknown' | undefined> {
    const unwritten = this.#pendingWrites.get(id);
    if (unwritten !== undefined) return unwritten.ownership;
    try {
      const value = await this.#options.store.get(storeKey(id));
      this.#storeFailed = false;
      return value === undefined ? undefined : decodeOwnership(value);
    } catch (error) {
      this.#failed(error);
      return 'unknown';
    }
  }

  #write(id: string, write: PendingWrite): void {
    this.#pendingWrites.delete(id);
    this.#pendingWrites.set(id, write);
    if (this.#pendingWrites.size > MAX_PENDING_WRITES) this.#dropOldest();
    if (this.#retry === undefined) void this.#send(id, write);
  }

  #dropOldest(): void {
    for (const id of this.#pendingWrites.keys()) {
      this.#pendingWrites.delete(id);
      return;
    }
  }

  /** @returns whether the store took it */
  async #send(id: string, write: PendingWrite): Promise<boolean> {
    const { store } = this.#options;
    const { ownership } = write;
    try {
      if (ownership === undefined) await store.delete(storeKey(id));
      else await store.set(storeKey(id), encodeOwnership(ownership), ownership.ttlMs);
      this.#storeFailed = false;
      if (this.#pendingWrites.get(id) === write) this.#pendingWrites.delete(id);
      return true;
    } catch (error) {
      this.#failed(error);
      this.#retryLater();
      return false;
    }
  }

  /** One after the other, up to the first that fails. */
  async #sendAll(): Promise<void> {
    for (const [id, write] of this.#pendingWrites) {
      if (this.#closed || !(await this.#send(id, write))) return;
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#sendAll();
    }, this.#options.retryMs ?? RETRY_MS);
  }

  #failed(error: unknown): void {
    if (!this.#storeFailed) this.#options.onStoreFailure(error);
    this.#storeFailed = true;
  }
}

/** Providers' ids are short and plain; what is not was never learned, and is not asked for. */
function isPlausibleId(id: string): boolean {
  return /^[!-~]{1,256}$/.test(id);
}

/** Its id in the store. */
function storeKey(id: string): string {
  return `made/${id}`;
}

function isCovered(
  { maker: known, ttlMs: knownMs }: OwnershipRecord,
  owner: ResourceOwner,
  ttlMs: number,
): boolean {
  const isKeys = known.keyId === owner.keyId && known.providerId === owner.providerId;
  return isKeys && known.client === owner.client && knownMs >= ttlMs;
}
