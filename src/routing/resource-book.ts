import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/contract.ts';
import { decodeOwnership, encodeOwnership } from './resource-owner.ts';
import type { OwnershipRecord, ResourceOwner } from './resource-owner.ts';
import { LruMap } from './lru-map.ts';
import type { TouchedResources } from './resource-refs.ts';

/** A resource whose owner is known. */
export interface OwnedResource {
  readonly id: string;
  readonly owner: ResourceOwner;
}

/** Dependencies and settings of a resource book. */
export interface ResourceBookOptions {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when the store fails, and not again before it has answered. */
  readonly onStoreFailure: (error: unknown) => void;
  /** Between retries of writes to a store that failed. Milliseconds. */
  readonly retryMs?: number;
}

/** Owners known without asking the store. */
const MAX_CACHED = 20_000;
/** After so long the store is asked again, which also renews the record there. Milliseconds. */
const CACHE_TTL_MS = 3_600_000;
/** Kept while the store is down; the oldest are dropped first. */
const MAX_PENDING_WRITES = 20_000;
const RETRY_MS = 1_000;
/** Lookups in the store, one after the other, for a request that could do without them. */
const MAX_OPTIONAL_LOOKUPS = 2;
/** Lookups in the store at once; between batches the event loop is yielded. */
const LOOKUP_BATCH = 64;

interface CacheEntry {
  readonly ownership: OwnershipRecord;
  readonly expiresAt: number;
}

interface PendingWrite {
  /** Undefined: to be deleted. */
  readonly ownership: OwnershipRecord | undefined;
}

/**
 * The result of an access check: allowed, with the resources whose owner is known; denied because of one resource; or
 * unknown, since the store does not answer.
 */
export type Claim =
  | { readonly kind: 'own'; readonly found: readonly OwnedResource[] }
  | { readonly kind: 'not-own' | 'unknown'; readonly id: string };

/**
 * The owners of the providers' resources by id, kept in the store that all nodes share until a configured time after the
 * last use. What is learned counts here at once and is written behind; the write begins before the client gets the id, so
 * that another node nearly always knows it in time.
 *
 * Not promised: that two resources of one id, at providers that choose equal ids, are distinguished (the newer one is known);
 * that what was learned while the store was down outlasts this process.
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
   * The first of these resources whose owner is known. Never rejects: while the store does not answer, what this process
   * does not know itself counts as unknown.
   */
  async find(ids: readonly string[], ttlMs: number): Promise<OwnedResource | undefined> {
    for (const id of ids) {
      if (!isPlausibleId(id)) continue;
      const ownership = this.#cached(id) ?? (await this.#lookUp(id));
      if (ownership === undefined || ownership === 'unknown') continue;
      this.#renew(id, ownership, ttlMs);
      return { id, owner: ownership.owner };
    }
    return undefined;
  }

  /**
   * The same where the owner is merely preferred: all ids are looked up in the cache, but only the first
   * `MAX_OPTIONAL_LOOKUPS` in the store, so that a request does not wait long for ids that nobody knows.
   */
  async findAny(ids: readonly string[], ttlMs: number): Promise<ResourceOwner | undefined> {
    for (const id of ids) {
      const ownership = this.#cached(id);
      if (ownership !== undefined) return ownership.owner;
    }
    return (await this.find(ids.slice(0, MAX_OPTIONAL_LOOKUPS), ttlMs))?.owner;
  }

  /**
   * Whether a tenant may use these resources: its own where they have to be, and nowhere another tenant's. Never rejects.
   * The store is asked for all that is not cached, in batches.
   */
  async claim({ own, mentioned }: TouchedResources, tenant: string): Promise<Claim> {
    const ids = [...own, ...mentioned];
    const owners = await this.ownersFor(ids, tenant);
    if (owners === undefined) return { kind: 'unknown', id: ids[0] ?? '' };
    const found: OwnedResource[] = [];
    for (const [at, owner] of owners.entries()) {
      const id = ids[at] ?? '';
      if (owner === 'other-tenant' || (owner === undefined && at < own.length))
        return { kind: 'not-own', id };
      if (owner !== undefined) found.push({ id, owner });
    }
    return { kind: 'own', found };
  }

  /**
   * The owner of each resource that was created for this tenant; `other-tenant` for those of others, and undefined where
   * none is known. Others' records are not renewed by this.
   * @returns undefined where the store does not answer
   */
  async ownersFor(
    ids: readonly string[],
    tenant: string,
  ): Promise<(ResourceOwner | 'other-tenant' | undefined)[] | undefined> {
    const owners: (ResourceOwner | 'other-tenant' | undefined)[] = [];
    for (let from = 0; from < ids.length; from += LOOKUP_BATCH) {
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

  /** Records the owner of a resource. Costs nothing where that is known. */
  learn(id: string, owner: ResourceOwner, ttlMs: number): void {
    if (!isPlausibleId(id)) return;
    const known = this.#cached(id);
    if (known !== undefined && isCovered(known, owner, ttlMs)) return;
    this.#keepAndWrite(id, { owner, ttlMs });
  }

  /** The resource was deleted. */
  forget(id: string): void {
    if (!isPlausibleId(id)) return;
    this.#cache.delete(id);
    this.#write(id, { ownership: undefined });
  }

  /** Tries once more to write what is pending. The store itself stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all(Array.from(this.#pendingWrites, ([id, write]) => this.#flush(id, write)));
  }

  async #ownerFor(
    id: string,
    tenant: string,
  ): Promise<ResourceOwner | 'other-tenant' | 'unknown' | undefined> {
    if (!isPlausibleId(id)) return undefined;
    const cached = this.#cached(id);
    const ownership = cached ?? (await this.#lookUp(id));
    if (ownership === undefined || ownership === 'unknown') return ownership;
    const { owner } = ownership;
    if (owner.tenant === tenant) this.#renew(id, ownership, ownership.ttlMs);
    else if (cached === undefined) this.#addToCache(id, ownership);
    if (owner.tenant === tenant) return owner;
    // What was created before clients were configured is nobody's.
    return owner.tenant === '' ? undefined : 'other-tenant';
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

  /** Restarts the TTL at a use, unless this process did so lately. */
  #renew(id: string, { owner, ttlMs }: OwnershipRecord, minimumMs: number): void {
    if (this.#cached(id) === undefined) this.#keepAndWrite(id, { owner, ttlMs: Math.max(ttlMs, minimumMs) });
  }

  /** @returns `unknown` where the store does not answer */
  async #lookUp(id: string): Promise<OwnershipRecord | 'unknown' | undefined> {
    const pending = this.#pendingWrites.get(id);
    if (pending !== undefined) return pending.ownership;
    try {
      const value = await this.#options.store.get(storeKey(id));
      this.#storeFailed = false;
      return value === undefined ? undefined : decodeOwnership(value);
    } catch (error) {
      this.#onFailure(error);
      return 'unknown';
    }
  }

  #write(id: string, write: PendingWrite): void {
    this.#pendingWrites.delete(id);
    this.#pendingWrites.set(id, write);
    if (this.#pendingWrites.size > MAX_PENDING_WRITES) this.#dropOldest();
    if (this.#retry === undefined) void this.#flush(id, write);
  }

  #dropOldest(): void {
    for (const id of this.#pendingWrites.keys()) {
      this.#pendingWrites.delete(id);
      return;
    }
  }

  /** @returns whether it was written */
  async #flush(id: string, write: PendingWrite): Promise<boolean> {
    const { store } = this.#options;
    const { ownership } = write;
    try {
      if (ownership === undefined) await store.delete(storeKey(id));
      else await store.set(storeKey(id), encodeOwnership(ownership), ownership.ttlMs);
      this.#storeFailed = false;
      if (this.#pendingWrites.get(id) === write) this.#pendingWrites.delete(id);
      return true;
    } catch (error) {
      this.#onFailure(error);
      this.#retryLater();
      return false;
    }
  }

  /** One after the other, until one fails. */
  async #flushAll(): Promise<void> {
    for (const [id, write] of this.#pendingWrites) {
      if (this.#closed || !(await this.#flush(id, write))) return;
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#flushAll();
    }, this.#options.retryMs ?? RETRY_MS);
  }

  #onFailure(error: unknown): void {
    if (!this.#storeFailed) this.#options.onStoreFailure(error);
    this.#storeFailed = true;
  }
}

/** Providers' ids are short and printable. Anything else is neither recorded nor looked up. */
function isPlausibleId(id: string): boolean {
  return /^[!-~]{1,256}$/.test(id);
}

function storeKey(id: string): string {
  return `made/${id}`;
}

function isCovered(
  { owner: known, ttlMs: knownMs }: OwnershipRecord,
  owner: ResourceOwner,
  ttlMs: number,
): boolean {
  const isSameKey = known.keyId === owner.keyId && known.providerId === owner.providerId;
  return isSameKey && known.tenant === owner.tenant && knownMs >= ttlMs;
}
