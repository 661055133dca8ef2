import type { PooledKey } from '../keys/pool/pool.ts';
import { settle } from '../keys/record/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { ResourceOwner } from './resource-owner.ts';

/** The key that can serve a call about a resource. */
export type OwnerKey =
  /** Undefined `pooled` for a provider without keys. */
  | { readonly kind: 'found'; readonly provider: Provider; readonly pooled: PooledKey | undefined }
  /** No key that can reach it may be used. The reason completes "The key that made it …". */
  | { readonly kind: 'gone'; readonly reason: string };

/** The reason of a key that its provider has rejected for good. */
export const KEY_NO_LONGER_ACCEPTED = 'is no longer accepted by its provider';

/**
 * The key that can reach a resource: the owner, also while it is out of service, unless it has left the configuration, was
 * disabled or is definitely dead. Then another key in service that was given the same `quotaDomain` by the operator,
 * since it is of the same account: so a key can be replaced without losing its resources.
 */
export function findOwnerKey(
  owner: ResourceOwner,
  providers: ReadonlyMap<string, Provider>,
  now: number,
): OwnerKey {
  const provider = providers.get(owner.providerId);
  if (provider === undefined)
    return { kind: 'gone', reason: 'is of a provider that is no longer configured' };
  if (owner.keyId === '' && provider.pool.size === 0) return { kind: 'found', provider, pooled: undefined };
  const pooled = provider.pool.get(owner.keyId);
  const reason = pooled === undefined ? 'is no longer configured' : unusableReason(pooled, now);
  if (reason === undefined) return { kind: 'found', provider, pooled };
  const sibling = sameAccountKey(owner, provider, now);
  return sibling === undefined ? { kind: 'gone', reason } : { kind: 'found', provider, pooled: sibling };
}

function unusableReason({ record }: PooledKey, now: number): string | undefined {
  const state = settle(record, now);
  switch (state.state) {
    case 'in-service':
      return undefined;
    case 'disabled':
      return 'was disabled by the operator';
    case 'out-of-service':
      return state.cause === 'key_dead' ? KEY_NO_LONGER_ACCEPTED : undefined;
  }
}

/** A key whose domain is its own id was given none by the operator. */
function sameAccountKey(
  { keyId, quotaDomain }: ResourceOwner,
  { pool }: Provider,
  now: number,
): PooledKey | undefined {
  if (quotaDomain === keyId) return undefined;
  return pool.inService(now).find(({ key }) => key.quotaDomain === quotaDomain);
}
