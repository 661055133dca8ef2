import type { Store } from '../store/contract.ts';
import { Recent } from './recent.ts';

/** The key that made something. */
export interface Maker {
  readonly providerId: string;
  /** Empty where the provider has no keys. */
  readonly keyId: string;
  /** The key's quota domain: what other key may stand in for it. */
  readonly quotaDomain: string;
}

/** A thing whose maker is known. */
export interface Found {
  readonly id: string;
  readonly maker: Maker;
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
const MAX_KNOWN = 20_000;
/** A maker is not believed for longer before the store is asked again, which also renews it there. */
const BELIEVED_MS = 3_600_000;
/** Kept while the store is away; the oldest go first. */
const MAX_UNWRITTEN = 20_000;
const RETRY_MS = 1_000;
/** Questions to the store, one after the other, for a request that could do without their answers. */
const MAX_RECALLS = 2;

interface Known {
  readonly maker: Maker;
  readonly until: number;
}

interface Unwritten {
  /** Undefined: to be forgotten. */
  readonly maker: Maker | undefined;
  readonly ttlMs: number;
}

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
  readonly #known = new Recent<Known>(MAX_KNOWN);
  readonly #unwritten = new Map<string, Unwritten>();
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
  async find(ids: readonly string[], ttlMs: number): Promise<Found | undefined> {
    for (const id of ids) {
      if (!isId(id)) continue;
      const maker = this.#recent(id) ?? (await this.#recall(id, ttlMs));
      if (maker !== undefined) return { id, maker };
    }
    return undefined;
  }

  /**
   * The same for things that are only better off with their maker: all of them are looked up here, and the store is
   * asked for the first `MAX_RECALLS` alone, so that nobody waits long for what nobody knows.
   */
  async findAny(ids: readonly string[], ttlMs: number): Promise<Maker | undefined> {
    for (const id of ids) {
      const maker = this.#recent(id);
      if (maker !== undefined) return maker;
    }
    return (await this.find(ids.slice(0, MAX_RECALLS), ttlMs))?.maker;
  }

  /** Keeps who made a thing. Costs nothing where that is known. */
  learn(id: string, maker: Maker, ttlMs: number): void {
    if (!isId(id)) return;
    const known = this.#recent(id);
    if (known?.keyId === maker.keyId && known.providerId === maker.providerId) return;
    this.#keep(id, maker, ttlMs);
    this.#write(id, { maker, ttlMs });
  }

  /** The thing is gone. */
  forget(id: string): void {
    if (!isId(id)) return;
    this.#known.delete(id);
    this.#write(id, { maker: undefined, ttlMs: 0 });
  }

  /** Tries once more to write what is unwritten. The store itself stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all(Array.from(this.#unwritten, ([id, thing]) => this.#send(id, thing)));
  }

  #recent(id: string): Maker | undefined {
    const known = this.#known.get(id);
    return known !== undefined && known.until > this.#options.now() ? known.maker : undefined;
  }

  #keep(id: string, maker: Maker, ttlMs: number): void {
    this.#known.set(id, { maker, until: this.#options.now() + Math.min(BELIEVED_MS, ttlMs / 2) });
  }

  async #recall(id: string, ttlMs: number): Promise<Maker | undefined> {
    const unwritten = this.#unwritten.get(id);
    if (unwritten !== undefined) return unwritten.maker;
    try {
      const value = await this.#options.store.recall(storedAs(id));
      this.#storeFailed = false;
      const maker = value === undefined ? undefined : decode(value);
      if (maker === undefined) return undefined;
      this.#keep(id, maker, ttlMs);
      // It is used, so its time begins anew.
      this.#write(id, { maker, ttlMs });
      return maker;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #write(id: string, thing: Unwritten): void {
    this.#unwritten.delete(id);
    this.#unwritten.set(id, thing);
    if (this.#unwritten.size > MAX_UNWRITTEN) this.#dropOldest();
    if (this.#retry === undefined) void this.#send(id, thing);
  }

  #dropOldest(): void {
    for (const id of this.#unwritten.keys()) {
      this.#unwritten.delete(id);
      return;
    }
  }

  /** @returns whether the store took it */
  async #send(id: string, thing: Unwritten): Promise<boolean> {
    const { store } = this.#options;
    const { maker, ttlMs } = thing;
    try {
      if (maker === undefined) await store.forget(storedAs(id));
      else await store.remember(storedAs(id), encode(maker), ttlMs);
      this.#storeFailed = false;
      if (this.#unwritten.get(id) === thing) this.#unwritten.delete(id);
      return true;
    } catch (error) {
      this.#failed(error);
      this.#retryLater();
      return false;
    }
  }

  /** One after the other, up to the first that fails. */
  async #sendAll(): Promise<void> {
    for (const [id, thing] of this.#unwritten) {
      if (this.#closed || !(await this.#send(id, thing))) return;
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
function isId(id: string): boolean {
  return /^[!-~]{1,256}$/.test(id);
}

/** Its id in the store. */
function storedAs(id: string): string {
  return `made/${id}`;
}

function encode({ providerId, keyId, quotaDomain }: Maker): string {
  return [providerId, keyId, quotaDomain].join('\n');
}

/** Undefined for what no version known here has written. */
function decode(value: string): Maker | undefined {
  const [providerId, keyId, ...domain] = value.split('\n');
  if (providerId === undefined || keyId === undefined || domain.length === 0) return undefined;
  return { providerId, keyId, quotaDomain: domain.join('\n') };
}
