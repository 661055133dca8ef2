import type { Store } from './contract.ts';
import { openMemoryStore } from './memory.ts';
import type { StoreAddress } from '../base/store-address.ts';

/** What a store is given beside its place. */
export interface OpenStoreOptions {
  /** The clock of a store that has none of its own. Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether a store that is a file is made where there is none; otherwise it is waited for, but not for ever. */
  readonly mayCreate?: boolean;
}

/**
 * Opens the store at `place`. A backend is loaded only when it is asked for.
 * @throws StoreError when it cannot be opened, or holds something that is not ours to use. Servers that cannot be
 *   reached yet are no error: their store says so at every call, until it reaches them
 */
export async function openStore(
  address: StoreAddress,
  { now = Date.now, mayCreate = true }: OpenStoreOptions = {},
): Promise<Store> {
  switch (address.kind) {
    case 'memory':
      return openMemoryStore(now);
    case 'sqlite': {
      const { openSqliteStore } = await import('./sqlite/sqlite.ts');
      return openSqliteStore({ path: address.path, mayCreate });
    }
    case 'redis': {
      const { openRedisStore } = await import('./redis/redis.ts');
      return openRedisStore(address);
    }
  }
}
