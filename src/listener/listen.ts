import { once } from 'node:events';
import type { Server } from 'node:net';

/** Where something listens. `host` is without brackets; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Has a server listen. HTTP servers are servers of connections too.
 * @throws the listener's error, such as EADDRINUSE
 */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

/** The real address of a server that listens, with the port that the system chose. */
export function boundAddress(server: Server): ListenAddress {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
  return { host: address.address, port: address.port };
}
