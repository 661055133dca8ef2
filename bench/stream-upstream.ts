/**
 * A provider that streams: `node bench/stream-upstream.ts PORT`.
 *
 * Any POST is answered with one stream of small frames, one an interval. It writes straight to sockets and
 * fires its streams in turns spread over the interval, so that frames reach the proxy as they would from
 * many independent conversations. `GET /frames` says how many frames have been written so far.
 */
import { createServer, type Socket } from 'node:net';
import { FRAME, FRAME_INTERVAL_MS, FRAMES_PER_STREAM, LAST_FRAMES } from './traffic.ts';

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n';
const FRAME_CHUNK = httpChunk(FRAME);
const LAST_CHUNKS = `${httpChunk(LAST_FRAMES)}0\r\n\r\n`;

interface Stream {
  readonly socket: Socket;
  framesLeft: number;
}

/** Streams by the millisecond of the interval at which they write. */
const turns = Array.from({ length: FRAME_INTERVAL_MS }, () => new Set<Stream>());
let framesWritten = 0;
let streamsOpened = 0;

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function openStream(socket: Socket): void {
  const turn = turns[streamsOpened % turns.length];
  const stream = { socket, framesLeft: FRAMES_PER_STREAM };
  streamsOpened += 1;
  turn?.add(stream);
  socket.write(STREAM_HEAD);
  socket.once('close', () => turn?.delete(stream));
}

function fire(turn: Set<Stream>): void {
  for (const stream of turn) {
    if (stream.framesLeft > 0) {
      stream.socket.write(FRAME_CHUNK);
      stream.framesLeft -= 1;
      framesWritten += 1;
    } else {
      stream.socket.write(LAST_CHUNKS);
      turn.delete(stream);
    }
  }
}

/** Enough of HTTP/1.1 for the peers of a benchmark: one request at a time, its length declared. */
function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy()); // the load generator hangs up when its time is over
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = received.slice(0, headEnd);
    const bodyLength = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (received.length < headEnd + 4 + bodyLength) return;
    received = '';
    if (head.startsWith('POST ')) openStream(socket);
    else {
      const count = String(framesWritten);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${count.length}\r\n\r\n${count}`);
    }
  });
}

// A timer may fire late; the turns it missed are made up for, so the rate of frames does not depend on it.
const startedAt = performance.now();
let turnsTaken = 0;
setInterval(() => {
  for (const due = performance.now() - startedAt; turnsTaken < due; turnsTaken += 1) {
    fire(turns[turnsTaken % turns.length] ?? new Set());
  }
}, 1);

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1');
