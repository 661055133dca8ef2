import { connect } from 'node:net';

/** A connection on which nothing comes any more is given up. Milliseconds. */
const QUIET_MS = 60;
/** Bounds a run. Milliseconds. */
const MAX_MS = 10_000;

/**
 * Sends bytes over a connection of their own, and reads until the other side ends or is quiet: it may wait for more than was
 * sent. @returns one character a byte
 */
export function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (): void => {
      clearTimeout(bound);
      socket.destroy();
      resolve(Buffer.concat(pieces).toString('latin1'));
    };
    const bound = setTimeout(done, MAX_MS);
    socket.setTimeout(QUIET_MS, done);
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    // Being hung up on is an answer.
    socket.on('error', done);
    socket.on('close', done);
    socket.write(bytes);
  });
}
