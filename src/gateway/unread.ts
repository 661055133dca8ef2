import type { IncomingMessage } from 'node:http';

/** The rest of a body up to this size is waited for, so that its connection can be used again. Bytes. */
const WAITED_FOR_BYTES = 1024 * 1024;
/** Who has sent nothing for so long has come to reading its answer. Milliseconds. */
const PAUSE_MS = 2_000;
/** Nobody is read from for longer. Milliseconds. */
const LONGEST_MS = 30_000;

/** Whether a request is answered while the client still sends a body that is not worth waiting for. */
export function isStillSent(request: IncomingMessage): boolean {
  if (request.complete || request.destroyed) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return request.readableDidRead || coding !== undefined || Number(length ?? 0) > WAITED_FOR_BYTES;
}

/**
 * Reads and drops what a client still sends. Were the connection closed at once instead, the client's system
 * would throw away an answer that the client has not come to reading.
 */
export function dropRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(pause);
      clearTimeout(longest);
      request.off('data', onData).off('end', done).off('close', done);
      resolve();
    };
    const pause = setTimeout(done, PAUSE_MS);
    const longest = setTimeout(done, LONGEST_MS);
    const onData = (): void => void pause.refresh();
    request.on('data', onData).on('end', done).on('close', done).resume();
  });
}
