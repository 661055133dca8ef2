import type { Config } from '../config/schema.ts';
import type { Route } from '../failover/route.ts';
import type { Provider } from '../providers/provider.ts';
import type { Admit } from './clients.ts';

/**
 * The configuration as it runs. A reload makes a new one and swaps it in whole; a request keeps the one it
 * began with.
 */
export interface Runtime {
  readonly config: Config;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly route: (model: string | undefined) => Route;
  readonly admit: Admit;
}
