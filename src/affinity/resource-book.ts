import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/contract.ts';
import { decodeMade, encodeMade } from './made.ts';
import type { Made, Maker } from './made.ts';
import { Recent } from './recent.ts';
import type { Touched } from './refs.ts';

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
/** Questions to the store at once, and then others have their turn. */
const RECALLED_AT_ONCE = 64;

interface Known {
  readonly made: Made;
  readonly until: number;
}

interface Unwritten {
  /** Undefined: to be forgotten. */
  readonly made: Made | undefined;
}

/**
 * What a claim to what a call touches came to: it may go on, and these things of its client's are known; one of them is
 * not for it; or the store that would know does not answer.
 */
export type Claim =
  | { readonly kind: 'own'; readonly found: readonly Found[] }
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
      const made = this.#recent(id) ?? (await this.#recall(id));
      if (made === undefined || made === 'unknown') continue;
      this.#used(id, made, ttlMs);
      return { id, maker: made.maker };
    }
    return undefined;
  }

  /**
   * The same for things that are only better off with their maker: all of them are looked up here, and the store is
   * asked for the first `MAX_RECALLS` alone, so that nobody waits long for what nobody knows.
   */
  async findAny(ids: readonly string[], ttlMs: number): Promise<Maker | undefined> {
    for (const id of ids) {
      const made = this.#recent(id);
      if (made !== undefined) return made.maker;
    }
    return (await this.find(ids.slice(0, MAX_RECALLS), ttlMs))?.maker;
  }

  /**
   * Whether a call may go on: what it touches has to be this client's own, and what it mentions must not be another's.
   * Never rejects; the store is asked for all that is not known here, many at a time.
   */
  async claim({ own, mentioned }: Touched, client: string): Promise<Claim> {
    const ids = [...own, ...mentioned];
    const makers = await this.makersFor(ids, client);
    if (makers === undefined) return { kind: 'unknown', id: ids[0] ?? '' };
    const found: Found[] = [];
    for (const [at, maker] of makers.entries()) {
      const id = ids[at] ?? '';
      if (maker === 'another' || (maker === undefined && at < own.length)) return { kind: 'not-own', id };
      if (maker !== undefined) found.push({ id, maker });
    }
    return { kind: 'own', found };
  }

  /**
   * Of each of these things its maker, where it was made for this client; `another` where it was made for one that is
   * not, and undefined where nobody knows. What is another's is not renewed by being asked for.
   * @returns undefined where the store does not answer
   */
  async makersFor(
    ids: readonly string[],
    client: string,
  ): Promise<(Maker | 'another' | undefined)[] | undefined> {
    const makers: (Maker | 'another' | undefined)[] = [];
    for (let from = 0; from < ids.length; from += RECALLED_AT_ONCE) {
      // Others have their turn in between.
      if (from > 0) await setImmediate();
      const all = await Promise.all(
        ids.slice(from, from + RECALLED_AT_ONCE).map((id) => this.#makerFor(id, client)),
      );
      for (const maker of all) {
        if (maker === 'unknown') return undefined;
        makers.push(maker);
      }
    }
    return makers;
  }

  /** Keeps who made a thing. Costs nothing where that is known. */
  learn(id: string, maker: Maker, ttlMs: number): void {
    if (!isId(id)) return;
    const known = this.#recent(id);
    if (known !== undefined && isSame(known, maker, ttlMs)) return;
    this.#hold(id, { maker, ttlMs });
  }

  /** The thing is gone. */
  forget(id: string): void {
    if (!isId(id)) return;
    this.#known.delete(id);
    this.#write(id, { made: undefined });
  }

  /** Tries once more to write what is unwritten. The store itself stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all(Array.from(this.#unwritten, ([id, thing]) => this.#send(id, thing)));
  }

  async #makerFor(id: string, client: string): Promise<Maker | 'another' | 'unknown' | undefined> {
    if (!isId(id)) return undefined;
    const recent = this.#recent(id);
    const made = recent ?? (await this.#recall(id));
    if (made === undefined || made === 'unknown') return made;
    const { maker } = made;
    if (maker.client === client) this.#used(id, made, made.ttlMs);
    else if (recent === undefined) this.#keep(id, made);
    if (maker.client === client) return maker;
    // What was made before clients were told apart is nobody's.
    return maker.client === '' ? undefined : 'another';
  }

  #recent(id: string): Made | undefined {
    const known = this.#known.get(id);
    return known !== undefined && known.until > this.#options.now() ? known.made : undefined;
  }

  #keep(id: string, made: Made): void {
    const until = this.#options.now() + Math.min(BELIEVED_MS, made.ttlMs / 2);
    this.#known.set(id, { made, until });
  }

  #hold(id: string, made: Made): void {
    this.#keep(id, made);
    this.#write(id, { made });
  }

  /** It is used, so its time begins anew, where this process has not seen to that lately. */
  #used(id: string, { maker, ttlMs }: Made, leastMs: number): void {
    if (this.#recent(id) === undefined) this.#hold(id, { maker, ttlMs: Math.max(ttlMs, leastMs) });
  }

  /** @returns `unknown` where the store does not answer */
  async #recall(id: string): Promise<Made | 'unknown' | undefined> {
    const unwritten = this.#unwritten.get(id);
    if (unwritten !== undefined) return unwritten.made;
    try {
      const value = await this.#options.store.recall(storedAs(id));
      this.#storeFailed = false;
      return value === undefined ? undefined : decodeMade(value);
    } catch (error) {
      this.#failed(error);
      return 'unknown';
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
    const { made } = thing;
    try {
      if (made === undefined) await store.forget(storedAs(id));
      else await store.remember(storedAs(id), encodeMade(made), made.ttlMs);
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

function isSame({ maker: known, ttlMs: knownMs }: Made, maker: Maker, ttlMs: number): boolean {
  const isKeys = known.keyId === maker.keyId && known.providerId === maker.providerId;
  return isKeys && known.client === maker.client && knownMs >= ttlMs;
}
