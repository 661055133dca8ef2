import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import {
  rawAnswer,
  rawHead,
  rawUpstream,
  type RawExchange,
  type RawUpstream,
} from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { dispatcherFor, summary } from './exchange-tools.ts';

/* Requests on a kept-alive connection that its other end had given up. */

const ANSWER = rawAnswer('200 OK', ['content-type: application/json'], '{}');

/** Answers the first request of each connection, and then does `then` with the connection. */
function answersOnce(then: (exchange: RawExchange) => void): RawUpstream['answer'] {
  const seen = new Set<number>();
  return (exchange) => {
    const { connection } = exchange.request;
    if (seen.has(connection)) {
      then(exchange);
      return undefined;
    }
    seen.add(connection);
    return exchange.write(ANSWER);
  };
}

const ENDS: readonly (readonly [what: string, then: (exchange: RawExchange) => void])[] = [
  ['reset', ({ reset }) => reset()],
  ['closed', ({ end }) => end()],
];

for (const [what, then] of ENDS) {
  void test(`a kept-alive connection that is ${what} at its second request costs no request`, async (t) => {
    const upstream = await rawUpstream(t, answersOnce(then));
    const { dispatch } = dispatcherFor(t, upstream.origin);
    for (let i = 0; i < 10; i++) {
      assert.equal(summary(await dispatch().result), 'whole');
      await immediate();
    }
    // Each connection had one request that it answered; every other request came a second time, over a new one.
    assert.equal(new Set(upstream.requests.map(({ connection }) => connection)).size, 10);
    const bodies = new Set(upstream.requests.map(({ body }) => body.toString()));
    assert.deepEqual([...bodies], ['{"model":"m"}'], 'what is sent again is the same');
    await until(() => upstream.open() <= 1);
  });
}

void test('an upstream that closes after each answer without saying so costs no request', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end(ANSWER));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  for (let i = 0; i < 20; i++) assert.equal(summary(await dispatch().result), 'whole');
});

void test('many that are reset at one time are each repeated once', async (t) => {
  const upstream = await rawUpstream(
    t,
    answersOnce(({ reset }) => reset()),
  );
  const { dispatch } = dispatcherFor(t, upstream.origin);
  for (let round = 0; round < 2; round++) {
    const openings = await Promise.all(Array.from({ length: 20 }, () => dispatch().result));
    assert.deepEqual([...new Set(openings.map(summary))], ['whole']);
    await immediate();
  }
  assert.equal(upstream.requests.length, 60);
});

void test('a new connection that is reset is not repeated', async (t) => {
  const upstream = await rawUpstream(t, ({ reset }) => reset());
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'maybe-sent: reset');
  assert.equal(upstream.requests.length, 1);
});

/** Writes a little, and breaks the connection. */
function breaksAfter(bytes: string): RawUpstream['answer'] {
  return async ({ write, reset }) => {
    await write(bytes);
    await immediate();
    reset();
  };
}

/** The opening of a second request over a kept-alive connection, and how often it came. */
async function second(
  t: Parameters<typeof rawUpstream>[0],
  then: RawUpstream['answer'],
  ...args: Parameters<ReturnType<typeof dispatcherFor>['dispatch']>
): Promise<readonly [opening: string, times: number]> {
  const upstream = await rawUpstream(t, ({ write }) => write(ANSWER));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  assert.equal(summary(await dispatch().result), 'whole');
  await immediate();
  upstream.answer = then;
  const opening = summary(await dispatch(...args).result);
  return [opening, upstream.requests.length - 1];
}

void test('it is repeated once, and no more', async (t) => {
  assert.deepEqual(await second(t, ({ reset }) => reset()), ['maybe-sent: reset', 2]);
});

void test('what creates something is not repeated', async (t) => {
  assert.deepEqual(await second(t, ({ reset }) => reset(), { resends: false }), ['maybe-sent: reset', 1]);
});

void test('a streamed body is not repeated', async (t) => {
  const request = { body: Readable.from([Buffer.from('{"model":'), Buffer.from('"m"}')]) };
  assert.deepEqual(await second(t, ({ reset }) => reset(), {}, request), ['maybe-sent: reset', 1]);
});

for (const [what, bytes, opening] of [
  ['the beginning of a head', 'HTTP/1.1 200 OK\r\nx-', 'maybe-sent: reset'],
  ['an interim answer', 'HTTP/1.1 102 Processing\r\n\r\n', 'maybe-sent: reset'],
  [
    'a head',
    rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']),
    'no-output: reset',
  ],
] as const) {
  void test(`what broke after ${what} is not repeated`, async (t) => {
    assert.deepEqual(await second(t, breaksAfter(bytes)), [opening, 1]);
  });
}

void test('one that is refused where it was to be repeated may have been sent', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(ANSWER));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  await dispatch().result;
  await immediate();
  upstream.answer = () => void upstream.close();
  assert.equal(summary(await dispatch().result), 'maybe-sent: refused');
});

void test('one that is cancelled while it is repeated ends its connection', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(ANSWER));
  const { dispatch } = dispatcherFor(t, upstream.origin);
  await dispatch().result;
  await immediate();
  upstream.answer = (exchange) => {
    if (upstream.requests.length === 2) exchange.reset();
  };
  const exchange = dispatch();
  await until(() => upstream.requests.length === 3);
  exchange.cancel();
  assert.deepEqual(await exchange.result, { kind: 'cancelled' });
  await until(() => upstream.open() === 0);
});

void test('a transport that is destroyed ends what is in flight over a connection of its own', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => write(ANSWER));
  const { dispatch, transport } = dispatcherFor(t, upstream.origin);
  await dispatch().result;
  await immediate();
  upstream.answer = (exchange) => {
    if (upstream.requests.length === 2) exchange.reset();
  };
  const exchange = dispatch();
  await until(() => upstream.requests.length === 3);
  await transport.destroy();
  assert.equal((await exchange.result).kind, 'fault');
  await until(() => upstream.open() === 0);
});
