import { settle } from '../keys/record/record.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { ResourceOwner } from './resource-owner.ts';

/** Where a call that refers to something made earlier has to go. */
export type OwnerKey =
  /** Undefined `pooled` for a provider without keys. */
  | { readonly kind: 'here'; readonly provider: Provider; readonly pooled: PooledKey | undefined }
  /** Nothing that could reach it may be used. The reason completes "The key that made it …". */
  | { readonly kind: 'gone'; readonly reason: string };

export const KEY_NO_LONGER_ACCEPTED = 'is no longer accepted by its provider';

/**
 * The key that can reach what `maker` made: itself, however it fares, unless it has left the configuration, was
 * disabled or is definitely dead. Then another key in service will do that was given the same `quotaDomain` by the
 * operator, since it is of the same account: so a key can be replaced without losing what it made.
 */
export function findOwnerKey(
  owner: ResourceOwner,
  providers: ReadonlyMap<string, Provider>,
  now: number,
): OwnerKey {
  const provider = providers.get(owner.providerId);
  if (provider === undefined) return gone('is of a provider that is no longer configured');
  if (owner.keyId === '' && provider.pool.size === 0) return { kind: 'here', provider, pooled: undefined };
  const pooled = provider.pool.get(owner.keyId);
  const reason = pooled === undefined ? 'is no longer configured' : unusableReason(pooled, now);
  if (reason === undefined) return { kind: 'here', provider, pooled };
  const sibling = sameAccountKey(owner, provider, now);
  return sibling === undefined ? gone(reason) : { kind: 'here', provider, pooled: sibling };
}

function gone(reason: string): OwnerKey {
  return { kind: 'gone', reason };
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

/** A key whose domain is its own id was given none. */
function sameAccountKey(
  { keyId, quotaDomain }: ResourceOwner,
  { pool }: Provider,
  now: number,
): PooledKey | undefined {
  if (quotaDomain === keyId) return undefined;
  return pool.inService(now).find(({ key }) => key.quotaDomain === quotaDomain);
}
