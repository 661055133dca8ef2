import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/*
 * The end of connections whose client may still send (lingering close). If one were closed at once, the client's system
 * would discard an answer that the client has not read yet (RFC 9112, 9.6); if it were left to the client, it might stay
 * open for ever. So it is read from for a while, and then destroyed.
 */

/** A body up to this size is read to its end, so that its connection can be used again. Bytes. */
const MAX_DRAINED_BODY_BYTES = 1024 * 1024;
/** A client that has sent nothing for so long is assumed to read its answer. Milliseconds. */
const LINGERING_TIMEOUT_MS = 2_000;
/** In all. Milliseconds. */
const LINGERING_TIME_MS = 30_000;

/** Event of a socket that begins to linger: it may be closed in favour of others. */
export const LINGERING = 'lingers';

/** Whether the client still sends a body that is not worth waiting for. */
export function isBodyPending(request: IncomingMessage): boolean {
  if (request.complete || request.destroyed) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return request.readableDidRead || coding !== undefined || Number(length ?? 0) > MAX_DRAINED_BODY_BYTES;
}

/** Reads and drops what a client still sends of a request. Resolves at its end, or when the client is quiet. */
export function discardBody(response: ServerResponse): Promise<void> {
  const { req: request } = response;
  request.socket.emit(LINGERING);
  request.resume();
  return untilQuiet(request.socket, request);
}

/** For a request that was answered before all of it came: ends the connection if the rest does not come. */
export function boundPendingBody(request: IncomingMessage): void {
  const { socket } = request;
  void untilQuiet(socket, request).then(() => {
    if (!request.complete) socket.destroy();
  });
}

/** Ends a connection after what was written to it, once its client has ended it too or has had time to read. */
export function lingeringClose(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  // It closes by itself when both sides have ended it, which is only noticed while reading.
  socket.resume();
  void untilQuiet(socket).then(() => socket.destroy());
}

/** Resolves when nothing has come for `LINGERING_TIMEOUT_MS` or `request` has ended, after `LINGERING_TIME_MS` at the latest. */
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
