import type { CasResult, Change, ChangePage, Cursor, Lease, Store } from './contract.ts';
import { StoreError } from './errors.ts';
import { MemoryTtlCache } from './memory-ttl-cache.ts';
import {
  checkId,
  checkPageLimit,
  checkRevision,
  checkTtl,
  checkValue,
  limits,
  mayWrite,
  pageOf,
  revisionOf,
} from './rules.ts';
import { ChangeSignal } from './signal.ts';

let stores = 0;

interface HeldLease {
  readonly holder: string;
  readonly token: number;
  /** By the clock the store was opened with; 0 once released. */
  readonly expiresAt: number;
}

/**
 * A store in this process alone, gone with it: for tests, simulations and use as a library.
 * @param clock milliseconds since the epoch; entries and leases expire by it
 */
export function openMemoryStore(clock: () => number): Store {
  return new MemoryStore(clock);
}

class MemoryStore implements Store {
  readonly description = 'memory';
  /** In order of revision: every write moves its id to the end. Deleted ids stay, without a value. */
  readonly #entries = new Map<string, Change>();
  readonly #leases = new Map<string, HeldLease>();
  readonly #ttlCache: MemoryTtlCache;
  readonly #signal = new ChangeSignal();
  readonly #clock: () => number;
  /** Tells its cursors from those of another store that it replaces. */
  readonly #instance = String(++stores);
  #revision = 0;
  #closed = false;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#ttlCache = new MemoryTtlCache(clock);
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    this.#checkOpen();
    checkId('id', id);
    checkRevision(expectedRevision);
    checkValue(value);
    const current = this.#entries.get(id) ?? { id, value: undefined, revision: 0 };
    if (!mayWrite(current, expectedRevision, value)) return { written: false, current };
    const next: Change = { id, value, revision: ++this.#revision };
    this.#entries.delete(id);
    this.#entries.set(id, next);
    this.#signal.raise();
    return { written: true, current: next };
  }

  async changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    this.#checkOpen();
    checkPageLimit(limit);
    const [instance, after = cursor] = cursor?.split('/') ?? [];
    const revision = revisionOf(after);
    if (cursor !== undefined && instance !== this.#instance) return 'lost';
    const newer = [...this.#entries.values()].filter((change) => change.revision > revision);
    const page = pageOf(newer, limit, revision);
    return { ...page, cursor: `${this.#instance}/${page.cursor}` };
  }

  onChange(listener: () => void): () => void {
    this.#checkOpen();
    return this.#signal.subscribe(listener);
  }

  async acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    this.#checkOpen();
    checkId('lease name', name);
    checkId('lease holder', holder);
    checkTtl(ttlMs);
    const now = this.#clock();
    const last = this.#leases.get(name) ?? { holder, token: 0, expiresAt: 0 };
    const free = last.expiresAt <= now;
    if (!free && last.holder !== holder) return undefined;
    const token = free ? last.token + 1 : last.token;
    this.#leases.set(name, { holder, token, expiresAt: now + ttlMs });
    return { name, holder, token };
  }

  async releaseLease(lease: Lease): Promise<void> {
    this.#checkOpen();
    if (this.#holds(lease)) this.#leases.set(lease.name, { ...lease, expiresAt: 0 });
  }

  async set(id: string, value: string, ttlMs: number): Promise<void> {
    this.#checkOpen();
    checkId('id', id);
    checkValue(value);
    checkTtl(ttlMs, limits.maxTtlMs);
    this.#ttlCache.set(id, value, ttlMs);
  }

  async get(id: string): Promise<string | undefined> {
    this.#checkOpen();
    checkId('id', id);
    return this.#ttlCache.get(id);
  }

  async delete(id: string): Promise<void> {
    this.#checkOpen();
    checkId('id', id);
    this.#ttlCache.delete(id);
  }

  async time(): Promise<number> {
    this.#checkOpen();
    return this.#clock();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#signal.close();
  }

  #holds(lease: Lease): boolean {
    const held = this.#leases.get(lease.name);
    return held?.holder === lease.holder && held.token === lease.token && held.expiresAt > this.#clock();
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('store_closed', 'The memory store is closed');
  }
}
