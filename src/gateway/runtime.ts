import type { Config } from '../config/schema/schema.ts';
import type { Route } from '../routing/route.ts';
import type { RouteQuery } from '../routing/route-conditions.ts';
import type { KeyBook } from '../keys/book/book.ts';
import type { Key } from '../keys/key.ts';
import type { CsrfGuard } from '../listener/csrf-guard.ts';
import type { Provider } from '../providers/provider.ts';
import type { Authenticate } from './request/authenticate.ts';

/** The configuration as it runs. A reload replaces it as a whole; a request keeps the one it began with. */
export interface Runtime {
  readonly config: Config;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly route: (query: RouteQuery) => Route;
  readonly authenticate: Authenticate;
  /** Undefined where clients have keys, which no web page knows. */
  readonly csrfGuard: CsrfGuard | undefined;
}

/** The key of this id; undefined where it has left the configuration. Ids are unique over providers. */
export function findKey({ providers }: Runtime, keyId: string): Key | undefined {
  for (const { pool } of providers.values()) {
    const pooled = pool.get(keyId);
    if (pooled !== undefined) return pooled.key;
  }
  return undefined;
}

/** Drops the records of keys that the next configuration no longer has. */
export async function forgetKeysThatLeft(previous: Runtime, next: Runtime, book: KeyBook): Promise<void> {
  for (const { id } of previous.providers.values()) {
    const pool = next.providers.get(id)?.pool;
    await book.forget(id, (keyId) => pool?.get(keyId) !== undefined);
  }
}
