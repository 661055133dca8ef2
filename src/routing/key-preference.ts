import type { Call } from '../dialects/operations/call.ts';
import type { Pool, PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { fnv1a } from './hash.ts';
import { rendezvousHashOf } from './rendezvous-hash.ts';
import type { ResourceOwner } from './resource-owner.ts';
import { headerOf, sessionOf } from './session.ts';

/** The usable key that a request prefers; undefined where it has no preference among those it may use. */
export type KeyPreference = (isUsable: (pooled: PooledKey) => boolean) => PooledKey | undefined;

/**
 * The preference of a call at a provider: the key that can read its sealed reasoning, the key of its consumer, or that of
 * its session. Undefined for nearly all calls, which two properties of the configuration tell without looking at the call.
 * @param owner - of the sealed reasoning in the call
 */
export function keyPreference(
  call: Call,
  provider: Provider,
  owner?: ResourceOwner,
): KeyPreference | undefined {
  const fallback = defaultPreference(call, provider);
  return owner?.providerId === provider.id ? preferOwner(owner, provider.pool, fallback) : fallback;
}

/** The owner; where it is not usable, a key of the same account; else the fallback. */
function preferOwner(owner: ResourceOwner, pool: Pool, fallback: KeyPreference | undefined): KeyPreference {
  return (isUsable) => {
    const pooled = pool.get(owner.keyId);
    if (pooled !== undefined && isUsable(pooled)) return pooled;
    for (const other of pool.all()) if (isSameAccount(other, owner, pooled) && isUsable(other)) return other;
    return fallback?.(isUsable);
  };
}

/** By configuration or learned from answers. A key whose domain is its own id was given none by the operator. */
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
 * The consumer's key as the Higress plugin chooses it: FNV-1a modulo the number of keys, in the order of the configuration.
 * O(n), for stateful operations without failover alone.
 */
function consumerKey(pool: Pool, consumer: string): PooledKey | undefined {
  let index = fnv1a(consumer) % pool.size;
  for (const pooled of pool.all()) if (index-- === 0) return pooled;
  return undefined;
}
