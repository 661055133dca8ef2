import { createHmac } from 'node:crypto';
import type { ProxyAddress } from '../base/proxy-address.ts';
import type { Secret } from '../base/secret.ts';

/** One credential of a provider, as configured. Its state is its `KeyRecord`. */
export interface Key {
  /** Stable over restarts, reorderings and machines, and safe to log. */
  readonly id: string;
  readonly providerId: string;
  readonly secret: Secret;
  /** The operator's name for it; empty where none was given. */
  readonly name: string;
  /** Its share of traffic, relative to the pool's other keys. */
  readonly weight: number;
  /** The organisation, project or account whose limits it shares; its own id where none is configured. */
  readonly quotaDomain: string;
  /** Whether it may be used for a model, as the provider names it. */
  readonly serves: (model: string) => boolean;
  /** The proxy that requests with it go by, in place of the provider's; `none`: directly. */
  readonly proxy?: ProxyAddress | 'none' | undefined;
}

/** Id of the key's record in the store. */
export function recordId(key: Pick<Key, 'id' | 'providerId'>): string {
  return `key/${encodeURIComponent(key.providerId)}/${key.id}`;
}

/**
 * A keyed hash of provider id and secret, 60 bits in lower-case base 32: two providers that use one secret
 * have two ids, and neither the id nor many of them lead back to the secret.
 */
export function keyId(providerId: string, secret: Secret): string {
  const digest = createHmac('sha256', secret.reveal()).update(`sparekey key id\0${providerId}`).digest();
  let bits = digest.readBigUInt64BE(0) >> 4n;
  let id = '';
  for (let i = 0; i < 12; i++) {
    id = 'abcdefghijklmnopqrstuvwxyz234567'[Number(bits & 31n)] + id;
    bits >>= 5n;
  }
  return id;
}
