import type { Store } from './contract.ts';
import { openMemoryStore } from './memory.ts';

/** Where the state is kept, as the configuration's `state` says. */
export type StorePlace = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string };

/**
 * Opens the store at `place`. A backend is loaded only when it is asked for.
 * @throws StoreError when it cannot be opened, or holds something that is not ours to use
 */
export async function openStore(place: StorePlace): Promise<Store> {
  switch (place.kind) {
    case 'memory':
      return openMemoryStore(Date.now);
    case 'sqlite': {
      const { openSqliteStore } = await import('./sqlite.ts');
      return openSqliteStore({ path: place.path });
    }
  }
}
