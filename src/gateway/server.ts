import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import { errorBody } from '../dialects/errors.ts';

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The data plane's open listener. */
export interface DataServer {
  /** Where it listens: the real port where 0 was asked for. */
  readonly address: Address;
  /** Takes no new connections, lets requests under way finish, and after `limitMs` ends those that have not. */
  close(limitMs: number): Promise<void>;
}

/** A client has this long to send a request's head, and the whole of it. Milliseconds. */
const HEAD_MS = 20_000;
const REQUEST_MS = 600_000;
/** Longer than clients' pools keep idle connections, so that it is they who close: no request meets a closing one. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_HEADERS = 200;

/** Opens the data plane's listener. Bounds on heads and time are here; bounds on bodies are the gateway's. */
export async function openDataServer(
  { host, port }: Address,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<DataServer> {
  const server = createServer(
    {
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    handle,
  );
  server.maxHeadersCount = MAX_HEADERS;
  server.on('clientError', answerMalformed);
  await listen(server, host, port);
  return { address: addressOf(server), close: (limitMs) => close(server, limitMs) };
}

/** What never became a request still gets an answer in words. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = errorBody('openai', codeOf(error.code));
  const head = `HTTP/1.1 ${status} Error\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function codeOf(code: string | undefined): GatewayErrorCode {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'headers_too_large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout';
    case 'HPE_INVALID_EOF_STATE':
      return 'truncated_body';
    default:
      return 'bad_request';
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server): Address {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
  return { host: (address satisfies AddressInfo).address, port: address.port };
}

function close(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), limitMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
