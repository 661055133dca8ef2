import type { KeyBook } from '../book/book.ts';
import type { Pool } from './pool.ts';

/**
 * Passes changes of records on to pools, as long as these are in use: a request that began before a reload keeps the pools
 * of its configuration, and must not try a key there that has died since.
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
