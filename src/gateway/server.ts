import { createServer, ServerResponse, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayErrorCode } from '../dialects/error-table.ts';
import { errorBody } from '../dialects/errors.ts';

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What answers requests on connections, wherever these come from. */
export interface ConnectionServer {
  /** Serves a connection that was accepted elsewhere and has not been read from. */
  take(socket: Socket): void;
  /** Takes no new connections, lets requests under way finish, and after `limitMs` ends those that have not. */
  close(limitMs: number): Promise<void>;
}

/** The data plane's open listener. */
export interface DataServer extends ConnectionServer {
  /** Where it listens: the real port where 0 was asked for. */
  readonly address: Address;
}

/** A client's connection that is to speak something else from now on, where the answer agrees to that. */
export interface Tunnel {
  readonly socket: Duplex;
  /** What the client has sent behind its request. */
  readonly head: Buffer;
}

type Handle = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel) => void;

/** How long a client may take. Milliseconds. */
export interface ListenerBounds {
  /** For a request's head. */
  readonly headMs: number;
  /** For a whole request, its body included. */
  readonly requestMs: number;
  /** Between two looks at who takes too long. */
  readonly checkMs: number;
}

const BOUNDS: ListenerBounds = { headMs: 20_000, requestMs: 600_000, checkMs: 5_000 };
/** Longer than clients' pools keep idle connections, so that it is they who close: no request meets a closing one. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_HEADERS = 200;

/** Opens the data plane's listener. Bounds on heads and time are here; bounds on bodies are the gateway's. */
export async function openDataServer(
  { host, port }: Address,
  handle: Handle,
  bounds: ListenerBounds = BOUNDS,
): Promise<DataServer> {
  const { server, connections } = makeServer(handle, bounds);
  await listen(server, host, port);
  return { ...serving(server, connections), address: addressOf(server) };
}

/** The same without a listener of its own, for a process that is handed its connections by another. */
export function serveConnections(handle: Handle, bounds: ListenerBounds = BOUNDS): ConnectionServer {
  const { server, connections } = makeServer(handle, bounds);
  // Node begins to look who takes too long when a server listens, and this one never does.
  server.emit('listening');
  return serving(server, connections);
}

function makeServer(handle: Handle, { headMs, requestMs, checkMs }: ListenerBounds) {
  const connections = new Connections();
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    // Clients that would like HTTP/2 say so in the same header, and are answered as they asked.
    // A connection whose earlier requests are not answered yet cannot be given away.
    shouldUpgradeCallback: ({ headers, socket }) =>
      headers.upgrade?.toLowerCase() === 'websocket' && !connections.isAnswering(socket),
  });
  // Node would drop the headers that are too many, and nobody would know which.
  server.maxHeadersCount = 0;
  const answer = (request: IncomingMessage, response: ServerResponse, tunnel?: Tunnel): void => {
    connections.begin(request, response);
    if (request.rawHeaders.length > 2 * MAX_HEADERS) refuse(response, 'headers_too_large');
    else handle(request, response, tunnel);
  };
  server.on('connection', (socket: Socket) => connections.open(socket));
  server.on('request', (request, response) => answer(request, response));
  // Who asks before sending a body is told to go on when the body is wanted: by the gateway.
  server.on('checkContinue', (request, response) => answer(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    // What breaks it is told by its end.
    socket.on('error', () => undefined);
    answer(request, response, { socket, head });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code !== 'ECONNRESET' && connections.mayAnswer(socket)) refuseOn(socket, codeOf(error.code));
    else socket.destroy();
  });
  return { server, connections };
}

function serving(server: Server, connections: Connections): ConnectionServer {
  return {
    take: (socket) => {
      server.emit('connection', socket);
      socket.resume();
    },
    close: async (limitMs) => {
      server.close();
      connections.endWhenIdle();
      const timer = setTimeout(() => connections.endAll(), limitMs);
      await connections.closed();
      clearTimeout(timer);
    },
  };
}

/** The open connections, each with the answers under way on it. */
class Connections {
  readonly #answers = new Map<Socket, Set<ServerResponse>>();
  #ending = false;

  open(socket: Socket): void {
    this.#answers.set(socket, new Set());
    socket.once('close', () => this.#answers.delete(socket));
  }

  begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const answers = this.#answers.get(socket);
    answers?.add(response);
    response.once('close', () => {
      answers?.delete(response);
      if (this.#ending && answers?.size === 0) socket.destroySoon();
    });
  }

  /** Whether answers are under way on a connection. */
  isAnswering(socket: Socket): boolean {
    return (this.#answers.get(socket)?.size ?? 0) > 0;
  }

  /** Ends connections without an answer under way, and from now on the others with their last one. */
  endWhenIdle(): void {
    this.#ending = true;
    for (const [socket, answers] of this.#answers) if (answers.size === 0) socket.destroySoon();
  }

  endAll(): void {
    for (const socket of this.#answers.keys()) socket.destroy();
  }

  /** Resolves when those that are open now have closed. */
  async closed(): Promise<void> {
    const closing = Array.from(
      this.#answers.keys(),
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    await Promise.all(closing);
  }

  /** Whether an answer to what just came would be read as that, and not as part of another answer. */
  mayAnswer(socket: Socket): boolean {
    if (!socket.writable) return false;
    const [first, second] = this.#answers.get(socket) ?? [];
    if (first === undefined) return true;
    return second === undefined && !first.req.complete && !first.headersSent;
  }
}

function refuse(response: ServerResponse, code: GatewayErrorCode): void {
  const { status, headers, body } = errorBody('openai', code);
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': length }).end(body);
}

/** What never became a request still gets an answer in words. */
function refuseOn(socket: Socket, code: GatewayErrorCode): void {
  const { status, headers, body } = errorBody('openai', code);
  const own = { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
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
