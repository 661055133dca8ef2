import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, FRAMES, Reader, streamOf, summary } from './exchange-tools.ts';

/** Long enough for what is to happen before time runs out, on a busy machine too. */
const ENOUGH_MS = 300;

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];

void test('a refused connection is not sent', async (t) => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  listener.close();
  await once(listener, 'close');
  for (const host of ['127.0.0.1', 'localhost']) {
    const { dispatch } = dispatcherFor(t, `http://${host}:${port}`);
    assert.equal(summary(await dispatch().result), 'not-sent: refused');
  }
});

void test('a connection that is not established in time is not sent', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  // A listener that says nothing never gets as far as a TLS connection.
  const { dispatch } = dispatcherFor(t, `https://127.0.0.1:${upstream.port}`, 20);
  assert.equal(summary(await dispatch().result), 'not-sent: connect-timeout');
});

void test('time that runs out before there is a connection is not sent', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const { dispatch } = dispatcherFor(t, `https://127.0.0.1:${upstream.port}`);
  assert.equal(summary(await dispatch({ firstOutputMs: 20 }).result), 'not-sent: connect-timeout');
});

void test('a server that does not speak TLS is not sent', async (t) => {
  const upstream = await rawUpstream(t, () => {}, {
    onConnection: (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  });
  const { dispatch } = dispatcherFor(t, `https://127.0.0.1:${upstream.port}`);
  assert.equal(summary(await dispatch().result), 'not-sent: tls');
});

void test('a reset after the request is maybe sent', async (t) => {
  const upstream = await rawUpstream(t, ({ reset }) => reset());
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'maybe-sent: reset');
  assert.equal(upstream.requests.length, 1);
});

void test('a connection that ends in order after the request is maybe sent', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end());
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'maybe-sent: reset');
});

void test('a hang before the head is maybe sent, and the connection is given up', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(
    summary(await dispatch({ firstOutputMs: ENOUGH_MS }).result),
    'maybe-sent: first-output-timeout',
  );
  await until(() => upstream.open() === 0);
});

void test('a head that never ends is maybe sent', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write('HTTP/1.1 200 OK\r\nx-slow: 1\r\n'));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(
    summary(await dispatch({ firstOutputMs: ENOUGH_MS }).result),
    'maybe-sent: first-output-timeout',
  );
});

void test('what is not HTTP is maybe sent', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end('SSH-2.0-OpenSSH_9.9\r\n'));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'maybe-sent: not-http');
});

void test('headers beyond every measure are maybe sent', async (t) => {
  const flood = `x-flood: ${'a'.repeat(1024)}\r\n`.repeat(1024);
  const upstream = await rawUpstream(t, ({ write }) => write(`HTTP/1.1 200 OK\r\n${flood}\r\n`));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'maybe-sent: headers-too-large');
  await until(() => upstream.open() === 0);
});

void test('headers and then nothing is no output, under the status that had come', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(rawHead('200 OK', SSE)));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch({ firstOutputMs: ENOUGH_MS }).result;
  assert.deepEqual(opening, {
    kind: 'fault',
    fault: 'no-output',
    detail: 'first-output-timeout',
    status: 200,
  });
  await until(() => upstream.open() === 0);
});

void test('a preamble and then nothing is no output', async (t) => {
  const preamble = rawChunk(streamOf(FRAMES.slice(0, 1)));
  const upstream = await rawUpstream(t, ({ write }) => write(rawHead('200 OK', SSE) + preamble));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(
    summary(await dispatch({ firstOutputMs: ENOUGH_MS }).result),
    'no-output: first-output-timeout',
  );
});

void test('an answer cut before its first output is no output', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => {
    end(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 1))));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'no-output: reset');
});

void test('a plain answer cut in its middle is no output', async (t) => {
  const whole = rawAnswer('200 OK', ['content-type: application/json'], '{"choices":[{"index":0}]}');
  const upstream = await rawUpstream(t, ({ end }) => end(whole.slice(0, -5)));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.match(summary(await dispatch().result), /^no-output: (?:cut|reset)$/);
});

void test('an empty stream ends whole, and its watch says that it is not complete', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(rawHead('200 OK', SSE) + rawChunk()));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch().result;
  assert.equal(opening.kind, 'whole');
  assert.equal(opening.watch.isComplete, false);
  assert.equal(opening.body.length, 0);
});

void test('a stream that stands still after its first output is broken', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ idleMs: ENOUGH_MS });
  assert.equal((await exchange.result).kind, 'open');
  const reader = new Reader();
  assert.deepEqual(await exchange.relay(reader), {
    kind: 'fault',
    fault: 'broken',
    detail: 'idle-timeout',
    status: 200,
  });
  assert.equal(reader.text, streamOf(FRAMES.slice(0, 2)));
  await until(() => upstream.open() === 0);
});

/** Many times what is sent until the reader counts as gone. */
const MAX_PIECES = 60_000;

void test('a reader that reads nothing for too long counts as gone, and nobody is to blame', async (t) => {
  const upstream = await rawUpstream(t, async ({ write, socket }) => {
    await write(rawHead('200 OK', SSE));
    for (let pieces = 0; socket.writable && pieces < MAX_PIECES; pieces++) {
      await write(rawChunk(streamOf(FRAMES.slice(1, 2))));
      await pause(1);
    }
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ stallMs: 50, idleMs: 1 });
  assert.equal((await exchange.result).kind, 'open');
  const reader = new Reader();
  reader.behind = true;
  assert.deepEqual(await exchange.relay(reader), { kind: 'cancelled' });
  await until(() => upstream.open() === 0);
});

void test('an exchange that is cancelled before there is a connection sends nothing', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const cancelled = dispatch();
  cancelled.cancel();
  assert.deepEqual(await cancelled.result, { kind: 'cancelled' });
  upstream.answer = ({ write }) => write(rawAnswer('200 OK', ['content-type: application/json'], '{}'));
  assert.equal((await dispatch().result).kind, 'whole');
  assert.equal(upstream.requests.length, 1);
});

void test('an exchange that is cancelled while it waits ends its connection', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  await until(() => upstream.requests.length === 1);
  exchange.cancel();
  exchange.cancel();
  assert.deepEqual(await exchange.result, { kind: 'cancelled' });
  await until(() => upstream.open() === 0);
});

void test('a relay that is cancelled ends its connection', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(rawHead('200 OK', SSE) + rawChunk(streamOf(FRAMES.slice(0, 2))));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch();
  await exchange.result;
  const ending = exchange.relay(new Reader());
  exchange.cancel();
  assert.deepEqual(await ending, { kind: 'cancelled' });
  await until(() => upstream.open() === 0);
});

void test('an exchange over a closed transport is not sent', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const { dispatch, transport } = dispatcherFor(t, upstream.origin);
  await transport.destroy();
  const opening = await dispatch().result;
  assert.equal(opening.kind === 'fault' && opening.fault, 'not-sent');
});
