import { lookup } from 'node:dns/promises';
import net from 'node:net';
import type { Address } from '../gateway/server.ts';

/** A port that this process holds and its workers answer on. */
export interface HeldPort {
  /** The real port where 0 was asked for. */
  readonly address: Address;
  /** The socket, to be inherited by workers: it listens as soon as one of them does. */
  readonly fd: number;
  /** Lets go of it. It closes when the workers have closed theirs too. */
  close(): void;
}

/**
 * Binds the port without listening. All workers listen on this one socket and so take connections from one
 * queue: what a worker has not taken when it dies is taken by another. This process never takes one, but
 * while it holds the socket the port is open, even when no worker lives: connections wait in the queue.
 * @throws the system's error, such as EADDRINUSE; `workers_unsupported` where sockets cannot be held
 */
export async function holdPort({ host, port }: Address): Promise<HeldPort> {
  if (!('BoundSocket' in net) || process.platform === 'win32') throw new UnsupportedError();
  const { address } = await lookup(host);
  const socket = new net.BoundSocket({ host: address, port });
  const bound = socket.address();
  return {
    address: { host: bound.address, port: bound.port },
    fd: socket.fd(),
    close: () => socket.close(),
  };
}

class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
  readonly code = 'workers_unsupported';

  constructor() {
    super(
      `more than one worker needs Node.js 26.4 or later on a system other than Windows; this is ${process.version} on ${process.platform}`,
    );
  }
}
