import { createServer, ServerResponse, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createListener } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import { gatewayErrorAnswer } from '../../dialects/errors/error-answer.ts';
import { TCP_KEEPALIVE_MS, connectionCaps } from '../../listener/file-descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../../listener/file-descriptors.ts';
import { boundAddress, listen } from '../../listener/listen.ts';
import type { ListenAddress } from '../../listener/listen.ts';
import { Connections } from './connections.ts';
import { CLIENT_STALL_MS } from '../serve-limits.ts';

/** What answers requests on connections, wherever these come from. */
export interface ConnectionServer {
  /** Serves a connection that was accepted elsewhere and has not been read from. */
  accept(socket: Socket): void;
  connections(): ConnectionCounts;
  /** Takes no new connections, lets requests under way finish, and after `limitMs` ends those that have not. */
  close(limitMs: number): Promise<void>;
}

/** The data plane's open listener. */
export interface DataServer extends ConnectionServer {
  /** Where it listens: the real port where 0 was asked for. */
  readonly address: ListenAddress;
}

/** A client's connection that is to speak something else from now on, where the answer agrees to that. */
export interface Tunnel {
  readonly socket: Duplex;
  /** What the client has sent behind its request. */
  readonly head: Buffer;
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel) => void;

/** How long a client may take. Milliseconds. */
export interface ListenerBounds {
  /** For a request's head. */
  readonly headMs: number;
  /** For a whole request, its body included. */
  readonly requestMs: number;
  /** Between two looks at who takes too long. */
  readonly checkMs: number;
  /** How long it may take nothing of an answer that is waiting to be sent. */
  readonly stallMs: number;
}

/** How many connections there may be, and who hears when there would be more. */
export interface ConnectionOptions {
  readonly caps: () => ConnectionCaps;
  readonly onFull: (counts: ConnectionCounts) => void;
}

const DEFAULT_BOUNDS: ListenerBounds = {
  headMs: 20_000,
  requestMs: 600_000,
  checkMs: 5_000,
  stallMs: CLIENT_STALL_MS,
};
/** Where nobody says otherwise. */
const DEFAULT_CONNECTION_OPTIONS: ConnectionOptions = {
  caps: () => connectionCaps(undefined, {}),
  onFull: () => undefined,
};
/** Longer than clients' pools keep idle connections, so that it is they who close: no request meets a closing one. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_HEADERS = 200;
/** What a client is told to wait that found no room. Milliseconds. */
const FULL_RETRY_MS = 1_000;

/** Opens the data plane's listener. Bounds on heads and time are here; bounds on bodies are the gateway's. */
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

/** The same without a listener of its own, for a process that is handed its connections by another. */
export function serveConnections(
  handle: RequestHandler,
  bounds: Partial<ListenerBounds> = {},
  { caps, onFull }: ConnectionOptions = DEFAULT_CONNECTION_OPTIONS,
): ConnectionServer {
  const connections = new Connections(caps, onFull);
  const all = { ...DEFAULT_BOUNDS, ...bounds };
  const server = createHttpServer(handle, all, connections);
  const stalls = setInterval(() => connections.watchStalls(all.stallMs), all.checkMs);
  stalls.unref();
  // Node begins to look who takes too long when a server listens, and this one never does.
  server.emit('listening');
  return {
    accept: (socket) => {
      if (connections.admit(socket)) {
        server.emit('connection', socket);
        socket.resume();
      } else {
        // Who it breaks with has gone.
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

function createHttpServer(
  handle: RequestHandler,
  { headMs, requestMs, checkMs }: ListenerBounds,
  connections: Connections,
): Server {
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Clients that would like HTTP/2 say so in the same header, and are answered as they asked. So are those whose
    // request has a body, which no handshake has. A connection whose earlier requests are not answered yet cannot be
    // given away.
    shouldUpgradeCallback: ({ headers, socket }) =>
      headers.upgrade?.toLowerCase() === 'websocket' &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      !connections.isAnswering(socket),
  });
  // Node would drop the headers that are too many, and nobody would know which.
  server.maxHeadersCount = 0;
  const answer = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel): void => {
    connections.enqueueRequest(request, response, () => {
      if (request.rawHeaders.length > 2 * MAX_HEADERS) sendError(response, 'headers_too_large');
      else handle(request, response, tunnel);
    });
  };
  server.on('request', (request, response) => answer(request, response));
  // Who asks before sending a body is told to go on when the body is wanted: by the gateway.
  server.on('checkContinue', (request, response) => answer(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => connections.close(socket));
    // What breaks it is told by its end.
    socket.on('error', () => undefined);
    socket.on('timeout', () => endIfStalled(socket));
    answer(request, response, { socket, head });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // It goes on reading what comes behind a refusal, and that is no request either.
    if (connections.isLingering(socket)) return;
    if (error.code !== 'ECONNRESET' && connections.canAnswer(socket)) {
      writeRawError(socket, codeOf(error.code));
      connections.close(socket);
    } else socket.destroy();
  });
  // Nothing has moved for as long as it may, or a connection was kept alive for long enough.
  server.on('timeout', (socket: Socket) => {
    if (connections.isAnswering(socket)) endIfStalled(socket);
    else socket.destroy();
  });
  return server;
}

/** While an answer is being made nothing moves either. */
function endIfStalled(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

function sendError(response: ServerResponse, code: GatewayErrorCode): void {
  const { status, headers, body } = gatewayErrorAnswer('openai', code);
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': length }).end(body);
}

/** What never became a request still gets an answer in words. */
function writeRawError(socket: Socket, code: GatewayErrorCode, retryAfterMs?: number): void {
  const { status, headers, body } = gatewayErrorAnswer(
    'openai',
    code,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
  const own = { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
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
