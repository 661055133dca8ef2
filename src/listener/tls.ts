import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { openPair } from './key-pair.ts';
import type { KeyPair } from './key-pair.ts';

/*
 * TLS on the listeners' own connections. What comes out is an encrypted connection that is served as a plain one is: its
 * handshake counts as part of the first request's head, with the same bounds.
 */

/** `http/1.1`, in the form of RFC 7301: with its length before it. */
const PROTOCOLS = Buffer.from('\x08http/1.1');

const BODY = JSON.stringify({
  error: {
    message: 'This port speaks TLS: call it by https://.',
    type: 'invalid_request_error',
    code: 'https_required',
  },
});

/** The answer to who speaks plain HTTP here. */
const HTTPS_REQUIRED = [
  'HTTP/1.1 400 Bad Request',
  'content-type: application/json',
  `content-length: ${Buffer.byteLength(BODY)}`,
  'connection: close',
  '',
  BODY,
].join('\r\n');

/** What serves a connection that was accepted: itself where there is no TLS. */
export type Secure = (socket: Socket) => Socket;

/**
 * Speaks TLS on connections that have not been read from.
 * @param currentPair - asked for each connection, so that another pair counts from the next one on; undefined: no TLS
 */
export function tlsOn(currentPair: () => KeyPair | undefined): Secure {
  let opened: { readonly pair: KeyPair; readonly context: SecureContext } | undefined;
  return (socket) => {
    const pair = currentPair();
    // A client that has gone has no connection to speak it on.
    if (pair === undefined || socket.destroyed) return socket;
    // A session can be resumed for as long as its context lives.
    if (opened === undefined || !isSame(opened.pair, pair)) opened = { pair, context: openPair(pair) };
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext: opened.context,
      ALPNProtocols: PROTOCOLS,
    });
    secured.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_SSL_HTTP_REQUEST' && socket.writable) socket.end(HTTPS_REQUIRED);
    });
    return secured;
  };
}

function isSame(one: KeyPair, other: KeyPair): boolean {
  return one === other || (one.cert === other.cert && one.key.reveal() === other.key.reveal());
}
