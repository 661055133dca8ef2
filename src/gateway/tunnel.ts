import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Tunnel } from './server.ts';

/**
 * Passes on whatever the two sides of an upgraded connection say, with backpressure, until one of them ends or
 * breaks. Resolves when it is over.
 */
export async function joinConnections({ socket, head }: Tunnel, provider: Duplex): Promise<void> {
  if (head.length > 0) provider.write(head);
  try {
    await pipeline(socket, provider, socket);
  } catch {
    // A WebSocket says within itself why it ends; that its connection broke, both sides have seen.
  } finally {
    socket.destroy();
    provider.destroy();
  }
}
