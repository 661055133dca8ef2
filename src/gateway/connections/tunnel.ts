import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Tunnel } from './server.ts';

/** How long one side may go on after the other has ended. Milliseconds. */
const GRACE_MS = 10_000;

/**
 * A joined connection has the listeners of HTTP, of the upgrade and of both directions: more than the ten from which on Node
 * warns of a leak, and always the same number.
 */
const MAX_LISTENERS = 20;

/**
 * Pipes the two sides of an upgraded connection into each other, with backpressure, until one of them ends or breaks.
 * Resolves when both are closed.
 */
export async function joinConnections({ socket, head }: Tunnel, provider: Duplex): Promise<void> {
  let grace: NodeJS.Timeout | undefined;
  const end = (): void => {
    socket.destroy();
    provider.destroy();
  };
  socket.setMaxListeners(MAX_LISTENERS);
  for (const side of [socket, provider]) side.once('end', () => (grace ??= setTimeout(end, GRACE_MS)));
  if (head.length > 0) provider.write(head);
  try {
    await pipeline(socket, provider, socket);
  } catch {
    // A broken connection: both sides notice by themselves, and there is no HTTP answer to give.
  } finally {
    clearTimeout(grace);
    end();
  }
}
