import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chatText } from '../../support/answers.ts';
import { gatewayFor, simulatedProvider, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, askUntil, chat, streamedChat } from '../../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream, type RawExchange } from '../../support/raw-upstream.ts';

/* How long an answer is waited for, seen by clients. */

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];
const KEYS = ['sk-one-0123456789abcdefg', 'sk-two-0123456789abcdefg', 'sk-three-0123456789abcde'];

const piece = (delta: object, finish: string | null = null): string =>
  rawChunk(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);

const STREAM =
  piece({ role: 'assistant', content: 'at last' }) +
  piece({}, 'stop') +
  rawChunk('data: [DONE]\n\n') +
  rawChunk();

const ANSWER = rawAnswer(
  '200 OK',
  ['content-type: application/json'],
  JSON.stringify({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'at once' }, finish_reason: 'stop' }],
  }),
);

/** Silence that no request of these tests is left in, and that no delay of a busy machine comes near. */
const SILENCE_MS = 600;

const PING = ': still at work\n\n';

async function keepPinging({ write, socket }: RawExchange, forMs: number): Promise<void> {
  await write(rawHead('200 OK', SSE));
  for (const end = performance.now() + forMs; socket.writable && performance.now() < end;) {
    await write(rawChunk(PING));
    await pause(10);
  }
}

/** A gateway before one provider of these options, and a spare one where that is wanted. */
function gatewayBefore(
  t: TestContext,
  origins: { readonly main: string; readonly spare?: string },
  options: ConfigParts = {},
): Promise<TestGateway> {
  const main = simulatedProvider({ url: `${origins.main}/v1` }, KEYS, { id: 'main', ...options });
  const spare = simulatedProvider({ url: `${origins.spare}/v1` }, ['sk-spare-0123456789abcde'], {
    id: 'spare',
  });
  const config =
    origins.spare === undefined
      ? { providers: [main] }
      : { providers: [main, spare], routes: [{ model: '*', to: ['main', 'spare'] }] };
  return gatewayFor(t, { config });
}

void test('a stream that is slow and alive is generated once, and answered', async (t) => {
  const upstream = await rawUpstream(t, async (exchange) => {
    await keepPinging(exchange, 2 * SILENCE_MS);
    await exchange.write(STREAM);
  });
  const gateway = await gatewayBefore(
    t,
    { main: upstream.origin },
    { firstOutputTimeout: `${SILENCE_MS}ms`, deadline: '1m' },
  );
  const response = await ask(gateway.url, { body: streamedChat('take your time') });
  assert.equal(chatText({ ...response, text: response.text.replaceAll(PING, '') }), 'at last');
  assert.equal(response.headers['x-sparekey-attempts'], '1');
  assert.equal(upstream.requests.length, 1);
  assert.ok((await gateway.keys()).every(({ state }) => state === 'in-service'));
});

void test('a stream that is alive for ever and never answers is left for the next provider', async (t) => {
  const upstream = await rawUpstream(t, (exchange) => keepPinging(exchange, Infinity));
  const spare = await rawUpstream(t, ({ write }) => write(rawHead('200 OK', SSE) + STREAM));
  const gateway = await gatewayBefore(
    t,
    { main: upstream.origin, spare: spare.origin },
    { firstOutputTimeout: `${SILENCE_MS}ms`, aliveTimeout: `${2 * SILENCE_MS}ms` },
  );
  const response = await ask(gateway.url, { body: streamedChat('take your time') });
  assert.equal(chatText(response), 'at last');
  assert.equal(response.headers['x-sparekey-provider'], 'spare');
  assert.equal(upstream.requests.length, 1, 'one generation is given up, and no more');
});

void test('a provider that falls silent is waited for as long as it has shown to need, and once', async (t) => {
  let isSilent = false;
  const upstream = await rawUpstream(t, async ({ write }) => {
    if (!isSilent) await write(ANSWER);
  });
  const spare = await rawUpstream(t, ({ write }) => write(ANSWER));
  const gateway = await gatewayBefore(
    t,
    { main: upstream.origin, spare: spare.origin },
    { firstOutputFloor: `${SILENCE_MS}ms` },
  );
  for (let i = 0; i < 20; i++) {
    const response = await ask(gateway.url, { body: chat('are you there?') });
    assert.equal(response.headers['x-sparekey-provider'], 'main');
  }
  isSilent = true;
  // The test would outlast its time limit if the upper bound of two minutes were waited for with each key.
  const response = await ask(gateway.url, { body: chat('are you there?') });
  assert.equal(chatText(response), 'at once');
  assert.equal(response.headers['x-sparekey-provider'], 'spare');
  assert.equal(upstream.requests.length, 21);
});

void test('of a deadline enough is left for the next provider, though nothing be known of the first', async (t) => {
  const upstream = await rawUpstream(t, () => {});
  const spare = await rawUpstream(t, ({ write }) => write(ANSWER));
  const gateway = await gatewayBefore(
    t,
    { main: upstream.origin, spare: spare.origin },
    { deadline: `${2 * SILENCE_MS}ms` },
  );
  const response = await ask(gateway.url, { body: chat('are you there?') });
  assert.equal(chatText(response), 'at once');
  assert.equal(response.headers['x-sparekey-provider'], 'spare');
  assert.equal(upstream.requests.length, 1);
});

void test('a provider that closes kept-alive connections without a word costs no request and no key', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end(ANSWER));
  const gateway = await gatewayBefore(t, { main: upstream.origin }, { apiTokens: KEYS.slice(0, 1) });
  for (let i = 0; i < 20; i++) {
    const response = await ask(gateway.url, { body: chat('are you there?') });
    assert.equal(chatText(response), 'at once');
    assert.equal(response.headers['x-sparekey-attempts'], '1');
  }
  const [key] = await gateway.keys();
  assert.deepEqual([key?.state, key?.failures], ['in-service', 0]);
});

void test('nor does one that resets every second request of a connection', async (t) => {
  const seen = new Set<number>();
  const upstream = await rawUpstream(t, ({ request, write, reset }) => {
    if (seen.has(request.connection)) return reset();
    seen.add(request.connection);
    return write(ANSWER);
  });
  const gateway = await gatewayBefore(t, { main: upstream.origin }, { apiTokens: KEYS.slice(0, 1) });
  for (let i = 0; i < 20; i++) {
    const response = await ask(gateway.url, { body: chat('are you there?') });
    assert.equal(chatText(response), 'at once');
    assert.equal(response.headers['x-sparekey-attempts'], '1');
  }
  const [key] = await gateway.keys();
  assert.deepEqual([key?.state, key?.failures], ['in-service', 0]);
});

void test('a key that is silent keeps nobody from the others of its pool where the next provider fails', async (t) => {
  const main = await rawUpstream(t, ({ request, end }) => {
    if (request.header('authorization') !== `Bearer ${KEYS[0]}`) end(ANSWER);
  });
  const spare = await rawUpstream(t, ({ end }) => end(rawAnswer('503 Service Unavailable', [])));
  const gateway = await gatewayBefore(
    t,
    { main: main.origin, spare: spare.origin },
    { firstOutputGuess: `${SILENCE_MS / 2}ms`, firstOutputFloor: '1ms' },
  );
  await askUntil(
    () => ask(gateway.url, { body: chat('hello') }),
    (answer) => {
      assert.equal(chatText(answer), 'at once');
      return spare.requests.length > 0;
    },
  );
});

void test('every target of a route gets its part of a deadline, when the first is silent and the last fails', async (t) => {
  const silent = await rawUpstream(t, () => {});
  const slow = await rawUpstream(t, ({ end }) => end(ANSWER));
  const failing = await rawUpstream(t, ({ end }) => end(rawAnswer('503 Service Unavailable', [])));
  const origins = { silent: silent.origin, slow: slow.origin, failing: failing.origin };
  const gateway = await gatewayFor(t, {
    config: {
      providers: Object.entries(origins).map(([id, origin]) =>
        simulatedProvider({ url: `${origin}/v1` }, ['sk-only-0123456789abcdef'], { id, deadline: '4s' }),
      ),
      routes: [{ model: '*', to: Object.keys(origins) }],
    },
  });
  assert.equal(chatText(await ask(gateway.url, { body: chat('hello') })), 'at once');
  assert.equal(failing.requests.length, 0);
});
