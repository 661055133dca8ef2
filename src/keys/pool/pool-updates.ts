import type { KeyBook } from '../book/book.ts';
import type { Pool } from './pool.ts';

/**
 * Tells pools what becomes of their keys, for as long as anybody uses them: a request that began before a reload goes on
 * with the pools that it began with, and is not to try a key there that has died since.
 */
export class PoolUpdates {
  #pools: readonly WeakRef<Pool>[] = [];

  constructor(book: KeyBook) {
    book.subscribe((keyId, record) => {
      for (const pool of this.#pools) pool.deref()?.update(keyId, record);
    });
  }

  add(pools: Iterable<Pool>): void {
    const used = this.#pools.filter((pool) => pool.deref() !== undefined);
    this.#pools = [...used, ...Array.from(pools, (pool) => new WeakRef(pool))];
  }
}
