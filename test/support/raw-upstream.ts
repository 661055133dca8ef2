import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A request as it came over the wire. */
export interface RawRequest {
  /** Request line and headers, without the empty line; one character a byte. */
  readonly head: string;
  /** `POST /v1/chat/completions HTTP/1.1` */
  readonly line: string;
  /** Name, value pairs in order, names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The value of a header by its lower-case name; undefined where it did not come. */
  readonly header: (name: string) => string | undefined;
  /** The bytes of the body, without the frames of chunks. */
  readonly body: Buffer;
  /** Counts connections from 1: two requests with one number came over one connection. */
  readonly connection: number;
}

/** The provider's end of one request. */
export interface RawExchange {
  readonly request: RawRequest;
  readonly socket: Socket;
  /** Writes bytes as they are; resolves when the system has taken them. */
  readonly write: (bytes: string | Buffer) => Promise<void>;
  /** Ends the connection in order (FIN). */
  readonly end: (bytes?: string | Buffer) => void;
  /** Breaks the connection (RST). */
  readonly reset: () => void;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
}

/** A provider that answers with bytes. */
export interface RawUpstream {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  /** Whole requests that came, oldest first. */
  readonly requests: readonly RawRequest[];
  /** Connections that are open. */
  readonly open: () => number;
  /** Answers from now on with this. */
  answer: (exchange: RawExchange) => void | Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RawUpstreamOptions {
  /** Called with each connection before anything was read from it. */
  readonly onConnection?: (socket: Socket) => void;
  /** Called when a request's head has come and its body has not: true takes the exchange, and its body stays unread. */
  readonly onHead?: (head: string, socket: Socket) => boolean;
}

/** Starts a scripted provider that lives as long as the test. */
export async function rawUpstream(
  context: TestContext,
  answer: RawUpstream['answer'],
  options: RawUpstreamOptions = {},
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    // A reset by the gateway is an event for tests to see as the connection's end.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => {
        sockets.delete(socket);
        resolve();
      });
    });
    options.onConnection?.(socket);
    readRequests(socket, connections, options.onHead, (request) => {
      requests.push(request);
      const exchange: RawExchange = {
        request,
        socket,
        write: (bytes) =>
          new Promise((resolve) => {
            socket.write(bytes, 'latin1', () => resolve());
          }),
        end: (bytes = '') => void socket.end(bytes, 'latin1'),
        reset: () => void socket.resetAndDestroy(),
        closed,
      };
      void upstream.answer(exchange);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const upstream: RawUpstream = {
    origin: `http://127.0.0.1:${port}`,
    port,
    requests,
    open: () => sockets.size,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  context.after(() => upstream.close());
  return upstream;
}

/** A whole answer with a body of known length. */
export function rawAnswer(status: string, headers: readonly string[], body = ''): string {
  const length = `content-length: ${Buffer.byteLength(body, 'latin1')}`;
  return `HTTP/1.1 ${[status, ...headers, length].join('\r\n')}\r\n\r\n${body}`;
}

/** The head of an answer whose body ends with the connection or comes in chunks. */
export function rawHead(status: string, headers: readonly string[]): string {
  return `HTTP/1.1 ${[status, ...headers].join('\r\n')}\r\n\r\n`;
}

/** One chunk of a chunked body; nothing ends it. */
export function rawChunk(bytes = ''): string {
  return `${Buffer.byteLength(bytes, 'latin1').toString(16)}\r\n${bytes}\r\n`;
}

/** Cuts a connection's bytes into requests. */
function readRequests(
  socket: Socket,
  connection: number,
  onHead: RawUpstreamOptions['onHead'],
  onRequest: (request: RawRequest) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = bytes.toString('latin1', 0, headEnd);
    if (onHead?.(head, socket) === true) {
      socket.off('data', take);
      return;
    }
    const [line = '', ...fields] = head.split('\r\n');
    const headers = fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    });
    const header = (name: string): string | undefined =>
      headers.find(([each]) => each.toLowerCase() === name)?.[1];
    const found = bodyOf(bytes.subarray(headEnd + 4), header);
    if (found === undefined) return;
    bytes = bytes.subarray(headEnd + 4 + found.length);
    onRequest({ head, line, headers, header, body: found.body, connection });
    look();
  };
  const take = (piece: Buffer): void => {
    bytes = Buffer.concat([bytes, piece]);
    look();
  };
  socket.on('data', take);
}

/** The body at the start of `bytes`, and how many of them it takes up; undefined while it is not whole. */
function bodyOf(
  bytes: Buffer,
  header: (name: string) => string | undefined,
): { readonly body: Buffer; readonly length: number } | undefined {
  if (header('transfer-encoding') === undefined) {
    const length = Number(header('content-length') ?? 0);
    return bytes.length < length ? undefined : { body: bytes.subarray(0, length), length };
  }
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(pieces), length: end };
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = end;
  }
}
