import { readFile } from 'node:fs/promises';
import type { RedisAddress, RedisTls } from '../../base/store-address.ts';

/** How every connection is made. */
export type ClientOptions = Awaited<ReturnType<typeof clientOptions>>;

/** What can be dropped at once. */
export interface Destroyable {
  readonly isOpen: boolean;
  destroy(): void;
}

/**
 * Nothing is tried twice and nothing kept for later: whoever asked is told at once, and makes a new connection.
 * Files are read each time, so that renewed certificates are taken up.
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
