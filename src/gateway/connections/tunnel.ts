import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Tunnel } from './server.ts';

/** How long one side may go on when the other has ended. Milliseconds. */
const GRACE_MS = 10_000;

/**
 * A joined connection carries what HTTP, the handing over and both directions listen for: more than the ten from which
 * on Node warns of a leak, and always as many.
 */
const MAX_LISTENERS = 20;

/**
 * Passes on whatever the two sides of an upgraded connection say, with backpressure, until one of them ends or
 * breaks. Resolves when it is over.
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
    // A WebSocket says within itself why it ends; that its connection broke, both sides have seen.
  } finally {
    clearTimeout(grace);
    end();
  }
}
