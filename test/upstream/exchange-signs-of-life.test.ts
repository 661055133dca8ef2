import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { rawAnswer, rawChunk, rawHead, rawUpstream, type RawExchange } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, FRAMES, Reader, streamOf, summary } from './exchange-tools.ts';

/* What extends the wait for a first output, and how far. */

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];

/** A wait that signs of life outlast by far, and no delay of a busy machine comes near. */
const WAIT_MS = 500;

/** Sends `piece` every few milliseconds, until `forMs` have passed or the connection is over. */
async function keepSending({ write, socket }: RawExchange, piece: string, forMs: number): Promise<void> {
  for (const end = performance.now() + forMs; socket.writable && performance.now() < end;) {
    await write(piece);
    await pause(5);
  }
}

const SIGNS: readonly (readonly [what: string, piece: string])[] = [
  ['comments', ': OPENROUTER PROCESSING\n\n'],
  ['pings', 'event: ping\ndata: {"type":"ping"}\n\n'],
  ['blank lines', '\n'],
  ['the pieces of a preamble', streamOf(FRAMES.slice(0, 1))],
];

for (const [what, piece] of SIGNS) {
  void test(`${what} extend the wait for the first output`, async (t) => {
    const upstream = await rawUpstream(t, async (exchange) => {
      await exchange.write(rawHead('200 OK', SSE));
      await keepSending(exchange, rawChunk(piece), 2 * WAIT_MS);
      await exchange.write(rawChunk(streamOf(FRAMES)) + rawChunk());
    });
    const { dispatch } = dispatcherFor(t, upstream.origin);
    const exchange = dispatch({ firstOutputMs: WAIT_MS });
    assert.equal(summary(await exchange.result), 'open');
    assert.ok((exchange.firstOutputMs ?? 0) > WAIT_MS);
    const reader = new Reader();
    assert.deepEqual(await exchange.relay(reader), { kind: 'ended' });
    assert.ok(reader.text.endsWith(streamOf(FRAMES)));
  });
}

void test('blank space ahead of a plain answer extends the wait for it', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    const length = 'transfer-encoding: chunked';
    await exchange.write(rawHead('200 OK', ['content-type: application/json', length]));
    await keepSending(exchange, rawChunk('\n'), 2 * WAIT_MS);
    await exchange.write(rawChunk('{"choices":[]}') + rawChunk());
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const opening = await dispatch({ firstOutputMs: WAIT_MS }).result;
  assert.equal(opening.kind === 'whole' && opening.body.toString().trim(), '{"choices":[]}');
});

void test('a stream that stays alive and never answers is given up when the cap is reached', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    await exchange.write(rawHead('200 OK', SSE));
    await keepSending(exchange, rawChunk(': still here\n\n'), Infinity);
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  const exchange = dispatch({ firstOutputMs: WAIT_MS, aliveMs: 2 * WAIT_MS });
  assert.equal(summary(await exchange.result), 'no-output: first-output-timeout');
  assert.ok((exchange.firstOutputMs ?? 0) >= 2 * WAIT_MS - 1);
  await until(() => upstream.open() === 0);
});

void test('silence after signs of life is waited for no longer than silence from the start', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    await exchange.write(rawHead('200 OK', SSE));
    await exchange.write(rawChunk(': one moment\n\n'));
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch({ firstOutputMs: WAIT_MS }).result), 'no-output: first-output-timeout');
});

void test('interim answers are no signs of life', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    await keepSending(exchange, 'HTTP/1.1 102 Processing\r\n\r\n', Infinity);
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(
    summary(await dispatch({ firstOutputMs: WAIT_MS }).result),
    'maybe-sent: first-output-timeout',
  );
});

void test('a head that comes late is a sign of life once', async (t) => {
  const upstream = await rawUpstream(t, async ({ write }) => {
    await pause(WAIT_MS / 2);
    await write(rawAnswer('200 OK', ['content-type: application/json'], '{}').slice(0, -2));
    await pause(WAIT_MS * 0.7);
    await write('{}');
  });
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch({ firstOutputMs: WAIT_MS }).result), 'whole');
});
