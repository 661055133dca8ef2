import type { Store } from './contract.ts';
import { openMemoryStore } from './memory.ts';
import type { StorePlace } from './place.ts';

/**
 * Opens the store at `place`. A backend is loaded only when it is asked for.
 * @throws StoreError when it cannot be opened, or holds something that is not ours to use. Servers that cannot be
 *   reached yet are no error: their store says so at every call, until it reaches them
 */
export async function openStore(place: StorePlace): Promise<Store> {
  switch (place.kind) {
    case 'memory':
      return openMemoryStore(Date.now);
    case 'sqlite': {
      const { openSqliteStore } = await import('./sqlite.ts');
      return openSqliteStore({ path: place.path });
    }
    case 'redis': {
      const { openRedisStore } = await import('./redis/redis.ts');
      return openRedisStore(place);
    }
  }
}
