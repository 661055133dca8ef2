import { Readable } from 'node:stream';
import { nextTurn } from '../base/turns.ts';

/** A longer body is sent in slices of this size. Bytes. */
export const SLICE_BYTES = 256 * 1024;

/**
 * A large body as a stream of slices: a connection encrypts what it is given at once, which of 30 MB takes it 65 ms; so it is
 * given one slice after another, each when the last one has left, and those of all requests take turns: a system with room in
 * its buffers would take many of them at once. Its length has to be announced.
 */
export function slicedBody(body: Buffer): Readable {
  const sliced = Readable.from(slicesOf(body), { objectMode: false, highWaterMark: SLICE_BYTES });
  // It is destroyed, with an error, when its request is given up, which whoever waits for the response is told.
  sliced.on('error', () => undefined);
  return sliced;
}

async function* slicesOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += SLICE_BYTES) {
    if (at > 0) await nextTurn();
    yield body.subarray(at, at + SLICE_BYTES);
  }
}
