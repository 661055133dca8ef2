import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A client that never closes its connection, whatever it gets. */
export interface StubbornClient {
  readonly socket: Socket;
  /** Everything received so far, one character a byte. */
  readonly received: () => string;
  /** The other side has ended the connection, or broken it. */
  readonly isEnded: () => boolean;
}

/** Connects from an address of this machine and sends a few bytes. It is ended with the test. */
export async function stubbornClient(
  context: TestContext,
  port: number,
  bytes = '',
  localAddress = '127.0.0.1',
): Promise<StubbornClient> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  context.after(() => socket.destroy());
  let text = '';
  let ended = false;
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  for (const event of ['end', 'close']) socket.on(event, () => (ended = true));
  // A reset is one way of being ended.
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve).once('close', () => resolve());
  });
  if (bytes !== '') socket.write(bytes, 'latin1');
  return { socket, received: () => text, isEnded: () => ended };
}
