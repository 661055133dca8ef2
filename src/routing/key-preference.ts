import type { Call } from '../dialects/operations/call.ts';
import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { fnv1a } from './hash.ts';
import type { ResourceOwner } from './resource-owner.ts';
import { headerOf, sessionOf } from './session.ts';
import { rendezvousHashOf } from './rendezvous-hash.ts';

/** The key that a request would rather have; undefined where none that it may use is dearer to it than others. */
export type KeyPreference = (isUsable: (pooled: PooledKey) => boolean) => PooledKey | undefined;

/**
 * The preference of a call at a provider: for the key that made what it sends back, that of its consumer, or that of
 * its session. Undefined for nearly all, which are told by two properties of the configuration and nothing of the
 * call.
 * @param owner - of what the call sends back and only its maker can read
 */
export function keyPreference(
  call: Call,
  provider: Provider,
  owner?: ResourceOwner,
): KeyPreference | undefined {
  const fallback = defaultPreference(call, provider);
  return owner?.providerId === provider.id ? preferOwner(owner, provider.pool, fallback) : fallback;
}

/** The owner; where it cannot be used, a key of the same account; then whatever it would be without. */
function preferOwner(owner: ResourceOwner, pool: Pool, fallback: KeyPreference | undefined): KeyPreference {
  return (isUsable) => {
    const pooled = pool.get(owner.keyId);
    if (pooled !== undefined && isUsable(pooled)) return pooled;
    for (const other of pool.all()) if (isSameAccount(other, owner, pooled) && isUsable(other)) return other;
    return fallback?.(isUsable);
  };
}

/** Of one account, as the operator says or answers have shown. A key whose domain is its own id was given none. */
function isSameAccount(
  other: PooledKey,
  { keyId, quotaDomain }: ResourceOwner,
  pooled: PooledKey | undefined,
): boolean {
  if (quotaDomain !== keyId && other.key.quotaDomain === quotaDomain) return true;
  return pooled?.domain !== undefined && other.domain === pooled.domain;
}

function defaultPreference(call: Call, provider: Provider): KeyPreference | undefined {
  const { pool, policy, config } = provider;
  if (!policy.recordsOutcomes && call.target.operation.stateful) {
    const consumer = headerOf(call.headers, ['x-mse-consumer']);
    if (consumer !== undefined) return preferOnly(consumerKey(pool, consumer));
  }
  if (config.affinity !== 'session') return undefined;
  const session = sessionOf(call);
  if (session === undefined) return undefined;
  return (isUsable) => rendezvousHashOf(pool).pick(session, isUsable);
}

function preferOnly(pooled: PooledKey | undefined): KeyPreference {
  return (isUsable) => (pooled !== undefined && isUsable(pooled) ? pooled : undefined);
}

/**
 * The consumer's key: FNV-1a over the number of keys, in the order they are configured. O(n), and for
 * configurations of the Higress plugin, whose stateful operations without failover have no other affinity.
 */
function consumerKey(pool: Pool, consumer: string): PooledKey | undefined {
  let index = fnv1a(consumer) % pool.size;
  for (const pooled of pool.all()) if (index-- === 0) return pooled;
  return undefined;
}
