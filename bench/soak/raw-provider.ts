import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Script } from '../../simulator/behaviour.ts';
import { startSimulator } from '../../simulator/simulator.ts';

/** A way of answering that is none of HTTP's or of the vendor's. */
type Wrong = (socket: Socket, random: () => number) => void;

const head = (status: string, ...lines: readonly string[]): string =>
  `HTTP/1.1 ${[status, ...lines].join('\r\n')}\r\n\r\n`;
const JSON_TYPE = 'content-type: application/json';

const WRONG: readonly Wrong[] = [
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end('this is not HTTP\r\n\r\n'),
  (socket) => socket.end(head('200 OK', JSON_TYPE, 'content-length: 100') + '{"half":'),
  (socket) => socket.end(head('200 OK', JSON_TYPE, 'transfer-encoding: chunked') + 'zz\r\nno size\r\n'),
  (socket) => socket.end(head('200 OK', JSON_TYPE, 'content-length: 2') + '{}'),
  (socket) => socket.end(head('204 No Content', 'connection: close')),
  (socket) => socket.end(head('304 Not Modified', 'connection: close')),
  (socket) =>
    socket.end(head('101 Switching Protocols', 'upgrade: nothing', 'connection: upgrade') + 'bytes'),
  (socket) => socket.end(head('200 OK', 'content-type: text/html', 'content-length: 13') + '<html></html>'),
  (socket) =>
    socket.end(head('200 OK', 'content-type: text/event-stream', 'connection: close') + ': nothing\n\n'),
  (socket) =>
    socket.end(head('500 Internal Server Error', `x-long: ${'x'.repeat(100_000)}`, 'content-length: 0')),
  (socket) => socket.end(head('429 Too Many Requests', 'retry-after: 2', 'content-length: 0')),
  (socket, random) => {
    socket.end(Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256))));
  },
];

/** A provider that answers with bytes of every wrong kind, and in between as it should. */
export interface RawProvider extends AsyncDisposable {
  readonly origin: string;
  /** How many requests met something wrong. */
  readonly wrong: () => number;
  /** From now on it answers as it should. */
  calm(): void;
}

/** Starts it. One request in two is answered well, by a simulator behind it. */
export async function startRawProvider(script: Script, random: () => number): Promise<RawProvider> {
  const simulator = await startSimulator({ script });
  const back = new URL(simulator.url).origin;
  let [isCalm, wrong] = [false, 0];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const { socket } = request;
    if (isCalm || random() < 0.5) {
      void passOn(back, request, response);
      return;
    }
    wrong++;
    request.resume().once('end', () => WRONG[Math.floor(random() * WRONG.length)]?.(socket, random));
    request.on('error', () => undefined);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const origin = await listening(server);
  return {
    origin,
    wrong: () => wrong,
    calm: () => {
      isCalm = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await simulator.close();
    },
  };
}

async function passOn(origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  try {
    request.on('data', (piece: Buffer) => pieces.push(piece));
    await once(request, 'end');
    const { authorization = '' } = request.headers;
    const answer = await fetch(origin + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(pieces.length > 0 && { body: Buffer.concat(pieces) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? 'application/json';
    response.writeHead(answer.status, { 'content-type': type, 'content-length': body.length });
    response.end(body);
  } catch {
    response.destroy(); // The gateway has gone, or this run ends.
  }
}

/** Listens on a free port. @returns its origin */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port');
  return `http://127.0.0.1:${address.port}`;
}
