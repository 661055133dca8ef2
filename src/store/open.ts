import type { Store } from './contract.ts';
import { openMemoryStore } from './memory.ts';
import type { StoreAddress } from '../base/store-address.ts';

/** What a store is given beside its address. */
export interface OpenStoreOptions {
  /** The clock of a store that has none of its own. Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether a missing file is created; otherwise it is waited for, for some seconds. */
  readonly mayCreate?: boolean;
}

/**
 * Opens the store at `address`. A backend is loaded only when it is used.
 * @throws StoreError when it cannot be opened, or holds something that is not ours to use. Servers that cannot be
 *   reached yet are no error: each call rejects until they are
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
