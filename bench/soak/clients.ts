import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, chat, streamedChat } from '../../test/support/http.ts';
import type { Node } from './node.ts';
import type { Tally } from './tally.ts';

/**
 * Longer than the gateway waits for a head, and than it keeps a connection whose request it has answered (75 s); whoever is
 * still there then is let go, and counted. Milliseconds.
 */
const HELD_MS = 100_000;
/** So many that never close may be open at once. */
const MAX_HELD = 60;
const SLOW_TEXT_WORDS = 200_000;
const SLOW_PAUSE_MS = 20;
const UPLOAD_BYTES = 50_000;
const PATIENCE_MS = 60_000;

/** What the clients that are no simple ones do: each takes a node, and counts what became of it. */
export type Client = (node: Node, results: Tally, random: () => number) => Promise<void>;

/** Goes away after a moment, before its answer or in it. */
export const aborter: Client = async (node, results, random) => {
  const signal = AbortSignal.timeout(Math.ceil(random() * 100));
  await ask(node.url, { body: streamedChat('word '.repeat(2_000)), signal });
  results.add('aborted by the client');
};

/** Reads a large stream slower than it comes. */
export const slowReader: Client = async (node, results) => {
  const begunAt = performance.now();
  const body = JSON.stringify(streamedChat('word '.repeat(SLOW_TEXT_WORDS)));
  const whole = await new Promise<boolean>((resolve) => {
    const outgoing = request(`${node.url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    outgoing.on('error', () => resolve(false));
    outgoing.on('response', (response) => {
      let end = '';
      response.on('data', (piece: Buffer) => {
        end = (end + piece.toString('latin1')).slice(-200);
        response.pause();
        setTimeout(() => response.resume(), SLOW_PAUSE_MS);
      });
      response.on('error', () => resolve(false));
      response.on('close', () => resolve(response.complete && /\[DONE\]|"error"/.test(end)));
    });
    outgoing.end(body);
  });
  const result = whole ? 'answered' : node.classify('not whole', true, begunAt);
  results.note(`slow reader: ${result}`, `${node.name} after ${Math.round(performance.now() - begunAt)} ms`);
};

/** Uploads a file, and reads it back from whoever has it. */
export const uploader: Client = async (node, results) => {
  const begunAt = performance.now();
  const boundary = 'soak-boundary';
  const content = 'x'.repeat(UPLOAD_BYTES);
  const part = (name: string, text: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="soak.txt"\r\ncontent-type: text/plain\r\n\r\n${content}\r\n`;
  const made = await ask(node.url, {
    path: '/v1/files',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.from(`${part('purpose', 'user_data')}${file}--${boundary}--\r\n`),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { status } = made;
  const result = status === 200 ? 'made' : node.classify('not made', status === undefined, begunAt);
  results.note(`upload: ${result}`, `${node.name}: ${status} ${made.error ?? ''} ${made.text.slice(0, 300)}`);
};

/** What a client writes that is no request, or a bad one. */
const GARBAGE: readonly (string | Buffer)[] = [
  '\r\n\r\n\r\n',
  'GET\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]),
  'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
  `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`,
  `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n{"model"`,
  `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nnull`,
  'GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: nonsense\r\n\r\n',
];

let held = 0;

/** Sends garbage, or a part of a request, or nothing, and never closes. */
export const holder: Client = async (node, results, random) => {
  if (held >= MAX_HELD) return;
  held++;
  const socket = connect({ port: Number(new URL(node.url).port), host: '127.0.0.1', allowHalfOpen: true });
  const choice = GARBAGE[Math.floor(random() * (GARBAGE.length + 2))];
  if (choice !== undefined) socket.write(choice);
  const closed = await closedWithin(socket, HELD_MS);
  held--;
  results.add(
    closed
      ? 'never closing client: closed by the gateway'
      : `never closing client: still open after ${HELD_MS / 1_000} s`,
  );
};

/** A request that is understood, and wrong. */
export const mistaken: Client = async (node, results, random) => {
  const bodies = ['{"model":', '[]', '{"messages":"no"}', JSON.stringify(chat('x', { model: 7 })), '{}'];
  const body = bodies[Math.floor(random() * bodies.length)] ?? '';
  const begunAt = performance.now();
  const { status } = await ask(node.url, { body, signal: AbortSignal.timeout(PATIENCE_MS) });
  const isRefused = status !== undefined && status < 500;
  const result = isRefused
    ? 'refused as it should be'
    : node.classify('refused otherwise', status === undefined, begunAt);
  results.note(`mistake: ${result}`, `${node.name}: ${status} to ${body}`);
};

async function closedWithin(socket: Socket, limitMs: number): Promise<boolean> {
  const closed = new Promise<true>((resolve) => {
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    // What the gateway ends counts, though this end of it stays open.
    socket.once('end', () => resolve(true));
    socket.once('close', () => resolve(true));
  });
  const limit = new AbortController();
  const isClosed = await Promise.race([closed, sleep(limitMs, false, { signal: limit.signal, ref: false })]);
  limit.abort();
  socket.destroy();
  return isClosed;
}
