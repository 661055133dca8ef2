import { createHash } from 'node:crypto';
import type { Provider } from '../providers/provider.ts';

/** What nodes of one store have to agree on, by provider: fingerprints of what a configuration says of it. */
export type Fingerprints = Readonly<Record<string, string>>;

/** Providers with a fingerprint of their own; the rest share one. */
const MAX_PROVIDERS = 200;
/** Stands for the rest. No provider has such an id. */
const REST = '…';

/**
 * The fingerprints of a configuration: of each provider's type, the ids of its keys, and its `failover`. No secret is in
 * them: key ids are keyed hashes. Options in which nodes may differ without harm are left out, such as listen addresses,
 * clients and time-outs.
 */
export function fingerprintsOf(providers: Iterable<Provider>): Fingerprints {
  const all = Array.from(providers, (provider) => [provider.id, fingerprintOf(provider)] as const);
  const sorted = all.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rest = sorted.slice(MAX_PROVIDERS);
  return Object.fromEntries([
    ...sorted.slice(0, MAX_PROVIDERS),
    ...(rest.length > 0 ? [[REST, hashOf(rest)] as const] : []),
  ]);
}

function fingerprintOf({ type, config: { failover }, pool }: Provider): string {
  const keyIds = Array.from(pool.all(), ({ key }) => key.id).toSorted();
  return hashOf([type, Object.entries(failover).toSorted(([a], [b]) => (a < b ? -1 : 1)), keyIds]);
}

function hashOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 11);
}
