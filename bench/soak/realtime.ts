import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from './node.ts';
import { listening } from './raw-provider.ts';
import type { Tally } from './tally.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const FRAMES = 5;
const FRAME_PAUSE_MS = 100;
/** One session in so many goes away without a word. */
const VANISHES_EVERY = 4;
const PATIENCE_MS = 30_000;

/** A provider of realtime sessions, that says every frame back. */
export async function startRealtimeProvider(): Promise<AsyncDisposable & { readonly origin: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.end('{"object":"list","data":[]}'));
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (frames: Buffer) => socket.write(unmasked(frames)));
    socket.once('end', () => socket.end());
  });
  const origin = await listening(server);
  return {
    origin,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A client's frames, short and whole, as a server would send them (RFC 6455, section 5.2). */
function unmasked(frames: Buffer): Buffer {
  const said: Uint8Array[] = [];
  for (let at = 0; at + 6 <= frames.length;) {
    const length = (frames[at + 1] ?? 0) & 0x7f;
    const mask = frames.subarray(at + 2, at + 6);
    const data = frames.subarray(at + 6, at + 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    said.push(Buffer.from([frames[at] ?? 0, length]), data);
    at += 6 + length;
  }
  return Buffer.concat(said);
}

/** One session: some frames, each said back, and an end. Some vanish in the middle. */
export async function realtimeSession(node: Node, number: number, results: Tally): Promise<void> {
  const begunAt = performance.now();
  const socket = new WebSocket(`${node.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  const over = Promise.withResolvers<string>();
  const timer = setTimeout(() => over.resolve('timeout'), PATIENCE_MS);
  let echoed = 0;
  socket.addEventListener('error', () => over.resolve('broken'));
  socket.addEventListener('close', () => over.resolve('broken'));
  socket.addEventListener('message', () => {
    if (++echoed === FRAMES) over.resolve('answered');
  });
  socket.addEventListener('open', () => void sendFrames(socket));
  if (number % VANISHES_EVERY === 0) {
    await Promise.race([sleep(2 * FRAME_PAUSE_MS), over.promise]);
    clearTimeout(timer);
    socket.close();
    results.add('realtime: left by the client');
    return;
  }
  const outcome = await over.promise;
  clearTimeout(timer);
  socket.close();
  const result = outcome === 'answered' ? outcome : node.classify(outcome, outcome === 'broken', begunAt);
  results.note(`realtime: ${result}`, `${node.name}, session ${number}, ${echoed} frames said back`);
}

async function sendFrames(socket: WebSocket): Promise<void> {
  for (let frame = 0; frame < FRAMES && socket.readyState === WebSocket.OPEN; frame++) {
    socket.send(`frame ${frame}`);
    await sleep(FRAME_PAUSE_MS);
  }
}
