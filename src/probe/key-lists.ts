import type { Store } from '../store/contract.ts';

/** Ids in one value. */
const CHUNK = 20_000;
/** Lists of other nodes kept here, newest last. */
const MAX_LISTS = 8;
/** How long a list is kept for others. Milliseconds. */
const KEPT_MS = 60 * 60 * 1000;
/** How long a request for a list stands, and how often nodes look for requests. Milliseconds. */
const WANTED_MS = 60_000;
const LOOK_MS = 1_000;

/**
 * Lists of key ids, exchanged through the store under their fingerprints, and only on request: nodes with the same
 * configuration have the same list, and need none.
 */
export class KeyLists {
  readonly #store: Store;
  readonly #known = new Map<string, readonly string[]>();
  /** By `performance.now()`. */
  #lookedAt = -Infinity;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Publishes the list behind a fingerprint, where another node has requested it. */
  async publishIfRequested(fingerprint: string, ids: readonly string[]): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    if ((await this.#store.get(wantedId(fingerprint))) === undefined) return;
    const chunks = Math.max(1, Math.ceil(ids.length / CHUNK));
    // The first, which holds the number of chunks, is written last.
    for (let chunk = chunks - 1; chunk >= 0; chunk--) {
      const value = JSON.stringify({ chunks, ids: ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK) });
      await this.#store.set(chunkId(fingerprint, chunk), value, KEPT_MS);
    }
    await this.#store.delete(wantedId(fingerprint));
  }

  /** The list behind a fingerprint; where it is not published it is requested, and undefined returned. */
  async find(fingerprint: string): Promise<readonly string[] | undefined> {
    const known = this.#known.get(fingerprint) ?? (await this.#read(fingerprint));
    if (known === undefined) {
      await this.#store.set(wantedId(fingerprint), 'wanted', WANTED_MS);
      return undefined;
    }
    this.#known.delete(fingerprint);
    this.#known.set(fingerprint, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_LISTS && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  async #read(fingerprint: string): Promise<readonly string[] | undefined> {
    const all: string[] = [];
    for (let chunk = 0, chunks = 1; chunk < chunks; chunk++) {
      const chunkRead = chunkIn(await this.#store.get(chunkId(fingerprint, chunk)));
      if (chunkRead === undefined) return undefined;
      ({ chunks } = chunkRead);
      all.push(...chunkRead.ids);
    }
    return all;
  }
}

function chunkId(fingerprint: string, chunk: number): string {
  return `probe-list/${fingerprint}/${chunk}`;
}

function wantedId(fingerprint: string): string {
  return `probe-list-wanted/${fingerprint}`;
}

/** Undefined for a text in another format. */
function chunkIn(
  text: string | undefined,
): { readonly chunks: number; readonly ids: readonly string[] } | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not written by this program.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('chunks' in value) || !('ids' in value))
    return undefined;
  const { chunks, ids } = value;
  if (typeof chunks !== 'number' || !Array.isArray(ids)) return undefined;
  return { chunks, ids: ids.filter((id) => typeof id === 'string') };
}
