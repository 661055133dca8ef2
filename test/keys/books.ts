import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { BookNotice } from '../../src/keys/book/book-options.ts';
import type { Key } from '../../src/keys/key.ts';
import type { KeyRecord } from '../../src/keys/record/record.ts';
import type { Store } from '../../src/store/contract.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite.ts';

/** A state that several nodes share. */
export interface Place {
  /** The store as one more node opens it. */
  readonly open: () => Promise<Store>;
  readonly remove: () => Promise<void>;
}

/** By the name of the backend. */
export const places = {
  memory: (): Promise<Place> => {
    const store = openMemoryStore(Date.now);
    return Promise.resolve({ open: () => Promise.resolve(store), remove: () => Promise.resolve() });
  },
  sqlite: async (): Promise<Place> => {
    const folder = await mkdtemp(join(tmpdir(), 'sparekey-book-'));
    return {
      open: () => openSqliteStore({ path: join(folder, 'state.db'), pollMs: 1 }),
      remove: () => rm(folder, { recursive: true }),
    };
  },
} satisfies Record<string, () => Promise<Place>>;

/** A book, and what the operator heard of its store. */
export interface Opened {
  readonly book: KeyBook;
  readonly notices: readonly BookNotice['kind'][];
}

/** Nodes that are stopped with the test, books before stores. */
export class Nodes {
  readonly #books: KeyBook[] = [];
  readonly #stores = new Set<Store>();
  readonly #place: Place;

  private constructor(place: Place) {
    this.#place = place;
  }

  static at(t: TestContext, place: Place): Nodes {
    const nodes = new Nodes(place);
    t.after(() => nodes.#stop());
    return nodes;
  }

  async store(): Promise<Store> {
    const store = await this.#place.open();
    this.#stores.add(store);
    return store;
  }

  async book(store?: Store): Promise<KeyBook> {
    return (await this.opened(store)).book;
  }

  /** @param isConfigured - whether the node has a key; absent: it has all */
  async opened(store?: Store, isConfigured?: (keyId: string) => boolean): Promise<Opened> {
    const notices: BookNotice['kind'][] = [];
    const book = await KeyBook.open({
      store: store ?? (await this.store()),
      onNotice: ({ kind }) => notices.push(kind),
      retryMs: 1,
      ...(isConfigured !== undefined && { isConfigured }),
    });
    this.#books.push(book);
    return { book, notices };
  }

  async #stop(): Promise<void> {
    for (const book of this.#books) await book.close();
    for (const store of this.#stores) await store.close();
    await this.#place.remove();
  }
}

export function failuresOf(book: KeyBook, key: Key): number | KeyRecord['state'] {
  const record = book.record(key);
  return record.state === 'in-service' ? record.failures : record.state;
}

/** How many writes the store has ever taken, where it numbers them. */
export async function writesTo(store: Store): Promise<number> {
  const page = await store.changesSince(undefined, 10_000);
  return page === 'lost' ? 0 : Math.max(0, ...page.changes.map(({ revision }) => revision));
}
