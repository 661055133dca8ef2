import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How connections end whose client may still send. Were one closed at once, its client's system would throw away an
 * answer that the client has not come to reading (RFC 9112, 9.6); were it left to the client, it might stay for ever. So
 * it is read from for a while, and then destroyed.
 */

/** The rest of a body up to this size is waited for, so that its connection can be used again. Bytes. */
const MAX_DRAINED_BODY_BYTES = 1024 * 1024;
/** Who has sent nothing for so long has come to reading its answer. Milliseconds. */
export const LINGERING_TIMEOUT_MS = 2_000;
/** Nobody is read from for longer. Milliseconds. */
export const LINGERING_TIME_MS = 30_000;

/** The event of a connection that from now on is only waited for: it may be ended for others. */
export const LINGERING = 'lingers';

/** Whether a request is answered while the client still sends a body that is not worth waiting for. */
export function isBodyPending(request: IncomingMessage): boolean {
  if (request.complete || request.destroyed) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return request.readableDidRead || coding !== undefined || Number(length ?? 0) > MAX_DRAINED_BODY_BYTES;
}

/** Reads and drops what a client still sends of a request. Resolves when that is over, or it has come to its answer. */
export function discardBody(response: ServerResponse): Promise<void> {
  const { req: request } = response;
  request.socket.emit(LINGERING);
  request.resume();
  return untilQuiet(request.socket, request);
}

/** Has the connection of a request that was answered before all of it came end where the rest does not. */
export function boundPendingBody(request: IncomingMessage): void {
  const { socket } = request;
  void untilQuiet(socket, request).then(() => {
    if (!request.complete) socket.destroy();
  });
}

/** Ends a connection with what was written to it, once its client has ended it too or has had time to read. */
export function lingeringClose(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  // It closes by itself when both sides have ended it, which is seen by reading alone.
  socket.resume();
  void untilQuiet(socket).then(() => socket.destroy());
}

/** Resolves when nothing has come for `QUIET_MS`, or `request` has ended, after `LONGEST_MS` at the latest. */
function untilQuiet(socket: Socket, request?: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let read = socket.bytesRead;
    const done = (): void => {
      clearInterval(quiet);
      clearTimeout(longest);
      socket.off('close', done);
      request?.off('end', done).off('close', done);
      resolve();
    };
    const quiet = setInterval(() => {
      if (socket.bytesRead === read) done();
      read = socket.bytesRead;
    }, LINGERING_TIMEOUT_MS);
    const longest = setTimeout(done, LINGERING_TIME_MS);
    socket.once('close', done);
    request?.once('end', done).once('close', done);
  });
}
