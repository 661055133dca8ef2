import { readFile } from 'node:fs/promises';
import type { RedisAddress, RedisTls } from '../../base/store-address.ts';

/** Options of every connection. */
export type ClientOptions = Awaited<ReturnType<typeof clientOptions>>;

/** A client that can be destroyed at once. */
export interface Destroyable {
  readonly isOpen: boolean;
  destroy(): void;
}

/**
 * No retries and no queue: a failure is reported at once, and `ReconnectingConnection` connects again.
 * Files are read each time, so that renewed certificates are used.
 */
export async function clientOptions({ tls, username, password, storeTimeoutMs }: RedisAddress) {
  const plain = { connectTimeout: storeTimeoutMs, reconnectStrategy: false } as const;
  return {
    name: 'sparekey',
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: password.reveal() }),
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: tls === undefined ? plain : { ...plain, ...(await tlsOptions(tls)) },
  } as const;
}

async function tlsOptions({ ca, cert, key }: RedisTls) {
  return {
    tls: true,
    ...(ca !== undefined && { ca: await readFile(ca) }),
    ...(cert !== undefined && { cert: await readFile(cert) }),
    ...(key !== undefined && { key: await readFile(key) }),
  } as const;
}
