import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createListener } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { http } from '../../base/node-http.ts';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import { gatewayErrorAnswer } from '../../dialects/errors/client-error.ts';
import { TCP_KEEPALIVE_MS, connectionCaps } from '../../listener/file-descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../../listener/file-descriptors.ts';
import { boundAddress, listen } from '../../listener/listen.ts';
import type { ListenAddress } from '../../listener/listen.ts';
import type { Secure } from '../../listener/tls.ts';
import { Connections } from './connections.ts';
import { CLIENT_STALL_MS } from '../serve-limits.ts';

/** Serves connections, whoever accepted them. */
export interface ConnectionServer {
  /** Serves a connection that has not been read from. */
  accept(socket: Socket): void;
  connections(): ConnectionCounts;
  /** Stops accepting, lets requests in flight finish, and after `limitMs` ends those that have not. */
  close(limitMs: number): Promise<void>;
}

/** The data plane's open listener. */
export interface DataServer extends ConnectionServer {
  /** The real one, where port 0 was configured. */
  readonly address: ListenAddress;
}

/** A client's connection that is to switch protocols, if the answer agrees. */
export interface Tunnel {
  readonly socket: Duplex;
  /** What the client has sent after its request. */
  readonly head: Buffer;
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel) => void;

/** Timeouts of a client. Milliseconds. */
export interface ListenerBounds {
  /** For a request's head. */
  readonly headMs: number;
  /** For a whole request, its body included. */
  readonly requestMs: number;
  /** Between two checks of the timeouts. */
  readonly checkMs: number;
  /** How long it may read nothing of an answer that waits to be sent. */
  readonly stallMs: number;
}

/** How many connections there may be, what is called when there would be more, and how they are secured. */
export interface ConnectionOptions {
  readonly caps: () => ConnectionCaps;
  readonly onFull: (counts: ConnectionCounts) => void;
  /** Absent: they are plain. */
  readonly secure?: Secure;
}

const DEFAULT_BOUNDS: ListenerBounds = {
  headMs: 20_000,
  requestMs: 600_000,
  checkMs: 5_000,
  stallMs: CLIENT_STALL_MS,
};
const DEFAULT_CONNECTION_OPTIONS: ConnectionOptions = {
  caps: () => connectionCaps(undefined, {}),
  onFull: () => undefined,
};
/** Longer than clients' pools keep idle connections, so that the client closes and no request meets a closing one. Milliseconds. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_HEADERS = 200;
/** The `retry-after` of a connection that was refused. Milliseconds. */
const FULL_RETRY_MS = 1_000;

/**
 * Opens the data plane's listener. Heads and timeouts are bounded here, bodies in `request/read-body`.
 * @throws the listener's error, such as EADDRINUSE
 */
export async function openDataServer(
  address: ListenAddress,
  handle: RequestHandler,
  bounds: Partial<ListenerBounds> = {},
  options = DEFAULT_CONNECTION_OPTIONS,
): Promise<DataServer> {
  const served = serveConnections(handle, bounds, options);
  const listener = createListener({
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
  });
  listener.on('connection', (socket: Socket) => served.accept(socket));
  await listen(listener, address);
  return {
    ...served,
    close: (limitMs) => {
      listener.close();
      return served.close(limitMs);
    },
    address: boundAddress(listener),
  };
}

/** The same without a listener, for a process that gets its connections from another. */
export function serveConnections(
  handle: RequestHandler,
  bounds: Partial<ListenerBounds> = {},
  { caps, onFull, secure = asItIs }: ConnectionOptions = DEFAULT_CONNECTION_OPTIONS,
): ConnectionServer {
  const connections = new Connections(caps, onFull);
  const all = { ...DEFAULT_BOUNDS, ...bounds };
  const server = createHttpServer(handle, all, connections);
  const stalls = setInterval(() => connections.watchStalls(all.stallMs), all.checkMs);
  stalls.unref();
  // Node starts to check timeouts when a server listens, and this one never does.
  server.emit('listening');
  return {
    accept: (accepted) => {
      const socket = secure(accepted);
      if (connections.admit(socket)) {
        server.emit('connection', socket);
        socket.resume();
      } else {
        // An error means that the client has gone.
        socket.on('error', () => undefined);
        connections.reject(socket, () => writeRawError(socket, 'too_many_connections', FULL_RETRY_MS));
      }
    },
    connections: () => connections.counts(),
    close: async (limitMs) => {
      server.close();
      connections.drain();
      const timer = setTimeout(() => connections.destroyAll(), limitMs);
      await connections.closed();
      clearTimeout(timer);
      clearInterval(stalls);
    },
  };
}

function asItIs(socket: Socket): Socket {
  return socket;
}

function createHttpServer(
  handle: RequestHandler,
  { headMs, requestMs, checkMs }: ListenerBounds,
  connections: Connections,
): Server {
  const server = http.createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Offers of HTTP/2, which use the same header, are ignored. So are upgrades with a body, which no WebSocket handshake
    // has, and those on a connection whose earlier requests are not answered yet.
    shouldUpgradeCallback: ({ headers, socket }) =>
      headers.upgrade?.toLowerCase() === 'websocket' &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      !connections.isAnswering(socket),
  });
  // Node would silently drop the headers beyond its limit.
  server.maxHeadersCount = 0;
  const answer = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel): void => {
    connections.enqueueRequest(request, response, () => {
      if (request.rawHeaders.length > 2 * MAX_HEADERS) sendError(response, 'headers_too_large');
      else handle(request, response, tunnel);
    });
  };
  server.on('request', (request, response) => answer(request, response));
  // The gateway sends `100 Continue` when it wants the body.
  server.on('checkContinue', (request, response) => answer(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = new http.ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => connections.close(socket));
    // Whatever the error is, the socket is closed after it.
    socket.on('error', () => undefined);
    socket.on('timeout', () => endIfStalled(socket));
    answer(request, response, { socket, head });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // What comes after a refusal is read and dropped, and need not be HTTP.
    if (connections.isLingering(socket)) return;
    if (error.code !== 'ECONNRESET' && connections.canAnswer(socket)) {
      writeRawError(socket, errorCodeOf(error.code));
      connections.close(socket);
    } else socket.destroy();
  });
  // The client has read nothing for too long, or a kept-alive connection has idled for long enough.
  server.on('timeout', (socket: Socket) => {
    if (connections.isAnswering(socket)) endIfStalled(socket);
    else socket.destroy();
  });
  return server;
}

/** While an answer is awaited from a provider nothing is sent either. */
function endIfStalled(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

function sendError(response: ServerResponse, code: GatewayErrorCode): void {
  const { status, headers, body } = gatewayErrorAnswer('openai', code);
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': length }).end(body);
}

/** Answers on a connection whose request could not be parsed. */
function writeRawError(socket: Socket, code: GatewayErrorCode, retryAfterMs?: number): void {
  const { status, headers, body } = gatewayErrorAnswer(
    'openai',
    code,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
  const own = { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}

function errorCodeOf(code: string | undefined): GatewayErrorCode {
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
