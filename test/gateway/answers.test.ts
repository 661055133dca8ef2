import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { GOOD_KEY, gatewayFor, idOf, simulatedProvider } from '../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../support/gateway.ts';
import { ask, chat, dataOf, streamedChat } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange, RawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const OTHER_KEY = 'sk-other-0123456789abcdef';
const RESPONSES: AskOptions = {
  path: '/v1/responses',
  body: { model: 'gpt-5', input: 'hello', stream: true },
};
const SSE = ['content-type: text/event-stream'];

/** A gateway with one key, which behaves as said. */
async function gatewayWhere(
  t: TestContext,
  behaviour: Behaviour,
  provider: ConfigParts = {},
): Promise<TestGateway> {
  return gatewayFor(t, { behaviours: { [GOOD_KEY]: [behaviour] }, provider });
}

async function gatewayBefore(
  t: TestContext,
  upstream: RawUpstream,
  provider: ConfigParts = {},
): Promise<TestGateway> {
  const parts = simulatedProvider({ url: `${upstream.origin}/v1` }, [GOOD_KEY, OTHER_KEY], provider);
  return gatewayFor(t, { config: { providers: [parts] } });
}

const delta = (id: string, content: string): string =>
  `data: {"id":"${id}","choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
const role = (id: string): string =>
  `data: {"id":"${id}","choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n`;
const END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

void test('the wait that a provider names reaches the client with its words', async (t) => {
  const gateway = await gatewayWhere(t, {
    kind: 'rate-limited',
    retryAfter: 60,
    retryAfterMs: 59_500,
    headers: { 'x-ratelimit-reset-requests': '1m0s' },
  });
  const response = await ask(gateway.url);
  assert.equal(response.status, 429);
  assert.equal(response.headers['retry-after'], '60');
  assert.equal(response.headers['retry-after-ms'], '59500');
  assert.equal(response.headers['x-ratelimit-reset-requests'], '1m0s');
  assert.equal(response.code, 'rate_limit_exceeded');
  assert.equal(response.headers['x-sparekey-attempts'], '1');
  assert.equal(response.headers['x-sparekey-key'], idOf(gateway.sparekey, GOOD_KEY));
});

void test('a 401 of a provider never reaches the client', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [GOOD_KEY, OTHER_KEY],
    script: { keys: {}, unknownKeys: { behaviours: [{ kind: 'invalid-key' }] } },
  });
  const response = await ask(gateway.url);
  assert.equal(response.status, 502);
  assert.equal(response.code, 'upstream_credentials_exhausted');
  assert.equal(response.headers['x-should-retry'], 'false');
  assert.equal(response.headers['x-sparekey-attempts'], '2');
  assert.equal(response.headers['www-authenticate'], undefined);
  assert.doesNotMatch(response.text, /sk-/);
  assert.equal((await gateway.keyOf(OTHER_KEY)).state, 'out-of-service');
});

void test('a client gets the time at which the first key is due back', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [GOOD_KEY, OTHER_KEY],
    behaviours: {
      [GOOD_KEY]: [{ kind: 'rate-limited', retryAfter: 50 }],
      [OTHER_KEY]: [{ kind: 'rate-limited', retryAfter: 30 }],
    },
  });
  assert.equal((await ask(gateway.url)).status, 429);
  const response = await ask(gateway.url);
  assert.equal(response.status, 503);
  assert.equal(response.code, 'no_key_available');
  const seconds = Number(response.headers['retry-after']);
  const ms = Number(response.headers['retry-after-ms']);
  assert.ok(seconds <= 30 && seconds >= 20, `${seconds} s`);
  assert.ok(ms <= 30_000 && ms > (seconds - 1) * 1000, `${ms} ms`);
  assert.equal(response.headers['x-should-retry'], undefined);
  assert.equal(gateway.sim.requests.length, 2);
  // Another model is not held.
  assert.equal((await ask(gateway.url, { body: chat('hi', { model: 'gpt-4' }) })).status, 429);
});

void test('a client gets a long retry-after where no key will come back soon', async (t) => {
  const gateway = await gatewayFor(t, { behaviours: { [GOOD_KEY]: [{ kind: 'invalid-key' }] } });
  await ask(gateway.url);
  const response = await ask(gateway.url);
  assert.equal(response.status, 503);
  assert.equal(response.headers['x-should-retry'], 'false');
  assert.ok(Number(response.headers['retry-after']) > 60);
});

void test('an answer that breaks off before its first output is tried again unseen', async (t) => {
  let count = 0;
  const upstream = await rawUpstream(t, ({ write, end }) => {
    count++;
    if (count === 1)
      return end(rawHead('200 OK', [...SSE, 'transfer-encoding: chunked']) + rawChunk(role('first')));
    return write(
      rawHead('200 OK', [...SSE, 'transfer-encoding: chunked']) +
        rawChunk(role('second') + delta('second', 'all') + END) +
        rawChunk(),
    );
  });
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, { body: streamedChat('hello') });
  assert.equal(response.text, role('second') + delta('second', 'all') + END);
  assert.equal(response.headers['x-sparekey-attempts'], '2');
  assert.ok(response.whole);
});

void test('a plain answer that breaks off within the hold is tried again unseen', async (t) => {
  let count = 0;
  const whole = rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING);
  const upstream = await rawUpstream(t, ({ write, end }) =>
    count++ === 0 ? end(whole.slice(0, -4)) : write(whole),
  );
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url);
  assert.equal(response.text, ANSWER_TO_ANYTHING);
  assert.equal(response.headers['x-sparekey-attempts'], '2');
});

for (const [how, headers, frame] of [
  ['in chunks', ['transfer-encoding: chunked'], rawChunk],
  ['of announced length', ['content-length: 100000'], (bytes: string) => bytes],
  ['that would end with its connection', ['connection: close', 'transfer-encoding: chunked'], rawChunk],
] as const) {
  void test(`a stream ${how} that breaks after its first output ends with an error, and no other answer follows`, async (t) => {
    const upstream = await rawUpstream(t, ({ end }) => {
      end(
        rawHead('200 OK', [...SSE, ...headers]) +
          frame(role('first') + delta('first', 'some') + 'data: {"half'),
      );
    });
    const gateway = await gatewayBefore(t, upstream);
    const response = await ask(gateway.url, { body: streamedChat('hello') });
    assert.equal(response.status, 200);
    assert.ok(response.whole, 'the error is an end that HTTP can tell');
    assert.ok(response.text.startsWith(role('first') + delta('first', 'some')));
    const rest = dataOf(response.text.slice((role('first') + delta('first', 'some')).length));
    assert.equal(rest.length, 1);
    assert.match(rest[0] ?? '', /^\{"error":\{.*"code":"upstream_broken"\}\}$/);
    assert.equal(upstream.requests.length, 1);
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.verdict, 'overloaded');
    assert.equal(line.code, 'upstream_broken');
    const blamed = (await gateway.keys()).filter(({ state }) => state === 'out-of-service');
    assert.equal(blamed.length, 1, 'what broke counts, although it began as a success');
  });
}

void test('a stream that stands still ends with an error that says so', async (t) => {
  const upstream = await rawUpstream(t, ({ write }) => {
    return write(
      rawHead('200 OK', [...SSE, 'transfer-encoding: chunked']) + rawChunk(role('a') + delta('a', 'x')),
    );
  });
  const gateway = await gatewayBefore(t, upstream, { idleTimeout: 100 });
  const response = await ask(gateway.url, { body: streamedChat('hello') });
  assert.match(dataOf(response.text).at(-1) ?? '', /"code":"upstream_timeout"/);
  assert.doesNotMatch(response.text, /\[DONE\]/);
  await until(() => upstream.open() === 0);
});

for (const [how, finish] of [
  ['breaks off', ({ reset }: RawExchange) => reset()],
  ['is left open', () => {}],
] as const) {
  void test(`a stream whose connection ${how} after its end marker is whole, and no key is blamed`, async (t) => {
    const whole = role('a') + delta('a', 'x') + 'data: [DONE]\n\n';
    const relayed = Promise.withResolvers<void>();
    const upstream = await rawUpstream(t, async (exchange) => {
      await exchange.write(rawHead('200 OK', [...SSE, 'transfer-encoding: chunked']) + rawChunk(whole));
      await relayed.promise;
      finish(exchange);
    });
    const gateway = await gatewayBefore(t, upstream, { idleTimeout: 300 });
    const onProgress = (soFar: string): void => {
      if (soFar.includes('[DONE]')) relayed.resolve();
    };
    const response = await ask(gateway.url, { body: streamedChat('hello'), onProgress });
    assert.ok(response.whole);
    assert.equal(response.text, whole);
    const [line] = await gateway.requestsLogged(1);
    assert.equal(line?.verdict, 'ok');
    assert.ok(
      (await gateway.keys()).every(({ state, failures }) => state === 'in-service' && failures === 0),
    );
  });
}

void test('a stream of responses that breaks ends with an error in its own dialect', async (t) => {
  const gateway = await gatewayWhere(t, { kind: 'cut', afterChunks: 1, by: 'close' });
  const response = await ask(gateway.url, RESPONSES);
  assert.match(response.text, /event: error\ndata: \{"type":"error","code":"upstream_broken".*\}\n\n$/);
  assert.doesNotMatch(response.text, /response\.completed/);
});

void test('a stream that ends without its end marker is not passed off as whole', async (t) => {
  const gateway = await gatewayWhere(t, { kind: 'truncate', afterChunks: 1 });
  const response = await ask(gateway.url, { body: streamedChat('hello there') });
  assert.match(dataOf(response.text).at(-1) ?? '', /"code":"upstream_broken"/);
  assert.doesNotMatch(response.text, /\[DONE\]/);
  assert.equal((await gateway.keyOf(GOOD_KEY)).state, 'out-of-service');
});

void test('an error that a provider puts into its stream is the end that the client sees, and counts', async (t) => {
  const gateway = await gatewayWhere(t, { kind: 'error-event', afterChunks: 1 });
  const response = await ask(gateway.url, { body: streamedChat('hello there') });
  assert.ok(response.whole);
  assert.match(dataOf(response.text).at(-1) ?? '', /"code":"server_error"/);
  assert.doesNotMatch(response.text, /\[DONE\]|upstream_broken/);
  assert.equal((await gateway.keyOf(GOOD_KEY)).state, 'out-of-service');
});

void test('a plain answer beyond the hold that breaks off is cut off for the client too', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => {
    end(
      rawHead('200 OK', ['content-type: application/json', 'content-length: 1000000']) +
        '{"a":"' +
        'x'.repeat(500_000),
    );
  });
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url);
  assert.equal(response.status, 200);
  assert.equal(response.whole, false);
  assert.equal(upstream.requests.length, 1);
});

void test('an error that is larger than the hold reaches the client whole', async (t) => {
  const body = JSON.stringify({
    error: { message: 'x'.repeat(400_000), type: 'invalid_request_error', code: 'x' },
  });
  const upstream = await rawUpstream(t, ({ write }) =>
    write(rawAnswer('400 Bad Request', ['content-type: application/json'], body)),
  );
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url);
  assert.equal(response.status, 400);
  assert.equal(response.text, body);
  assert.equal(upstream.requests.length, 1);
  await until(() => gateway.inFlight() === 0);
});

void test('a large error that the client does not get to see is not left half read', async (t) => {
  let count = 0;
  const large = JSON.stringify({ error: { message: 'x'.repeat(400_000), code: 'x' } });
  const upstream = await rawUpstream(t, ({ write }) => {
    const status = count++ === 0 ? '429 Too Many Requests' : '400 Bad Request';
    const body = status.startsWith('429') ? '{"error":{"code":"rate_limit_exceeded"}}' : large;
    return write(rawAnswer(status, ['content-type: application/json', 'retry-after: 1'], body));
  });
  const gateway = await gatewayBefore(t, upstream, {
    retryOnFailure: { enabled: true, maxRetries: 1, retryOnStatus: ['429'] },
  });
  assert.equal((await ask(gateway.url)).status, 429);
  assert.equal(upstream.requests.length, 2);
  await until(() => upstream.open() === 1);
});

void test('an error inside a plain 200 goes out under the status it should have had', async (t) => {
  const error = { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'too long' };
  const gateway = await gatewayWhere(t, { kind: 'error-200', error });
  const response = await ask(gateway.url);
  assert.equal(response.status, 400);
  assert.equal(response.code, 'context_length_exceeded');
});

void test('the most informative of several failures is the one that the client sees', async (t) => {
  const gateway = await gatewayFor(t, {
    keys: [GOOD_KEY, OTHER_KEY, 'sk-third-0123456789abcdef'],
    behaviours: {
      [GOOD_KEY]: [{ kind: 'invalid-key' }],
      [OTHER_KEY]: [{ kind: 'rate-limited', retryAfter: 7 }],
      'sk-third-0123456789abcdef': [{ kind: 'html-502' }],
    },
  });
  const response = await ask(gateway.url);
  assert.equal(response.status, 429);
  assert.equal(response.headers['retry-after'], '7');
  assert.equal(response.headers['x-sparekey-attempts'], '3');
  const [line] = await gateway.requestsLogged(1);
  assert.deepEqual(line?.failed?.map(({ verdict }) => verdict).toSorted(), [
    'key_dead',
    'overloaded',
    'rate_limit',
  ]);
});

void test('where no provider answered the error says what kind of failure it was', async (t) => {
  const nobody = await rawUpstream(t, () => {});
  await nobody.close();
  const unreachable = await gatewayBefore(t, nobody);
  assert.equal((await ask(unreachable.url)).code, 'upstream_unreachable');

  const resetting = await rawUpstream(t, ({ reset }) => reset());
  const broken = await gatewayBefore(t, resetting);
  const response = await ask(broken.url);
  assert.equal(response.status, 502);
  assert.equal(response.code, 'upstream_broken');
  assert.equal(response.headers['x-sparekey-attempts'], '2');

  const silent = await rawUpstream(t, () => {});
  const late = await gatewayBefore(t, silent, { firstOutputTimeout: 100 });
  const timedOut = await ask(late.url);
  assert.equal(timedOut.status, 504);
  assert.equal(timedOut.code, 'upstream_timeout');
});

void test('the deadline bounds all tries together', async (t) => {
  const silent = await rawUpstream(t, () => {});
  const gateway = await gatewayBefore(t, silent, { deadline: 250, firstOutputTimeout: 200 });
  const askedAt = performance.now();
  const response = await ask(gateway.url);
  assert.equal(response.status, 504);
  assert.ok(performance.now() - askedAt >= 240);
  assert.equal(silent.requests.length, 2);
});

const FORM = 'multipart/form-data; boundary=b';
const FILE =
  '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n';

for (const [what, asking, tries] of [
  ['a file', { path: '/v1/files', headers: { 'content-type': FORM }, body: FILE }, 1],
  ['a batch', { path: '/v1/batches', body: { input_file_id: 'file-1' } }, 1],
  ['a response that is stored', { path: '/v1/responses', body: { model: 'gpt-5', input: 'hi' } }, 1],
  [
    'a response that is not stored',
    { path: '/v1/responses', body: { model: 'gpt-5', input: 'hi', store: false } },
    2,
  ],
  ['a chat', { body: chat('hi') }, 2],
  ['a chat that is stored', { body: chat('hi', { store: true }) }, 1],
  ['an embedding', { path: '/v1/embeddings', body: { model: 'e', input: 'hi' } }, 2],
] as const) {
  void test(`${what} is ${tries === 1 ? 'not ' : ''}sent again after it may have arrived`, async (t) => {
    const upstream = await rawUpstream(t, ({ reset }) => reset());
    const gateway = await gatewayBefore(t, upstream);
    const response = await ask(gateway.url, asking);
    assert.equal(response.status, 502);
    assert.equal(response.code, 'upstream_broken');
    assert.equal(upstream.requests.length, tries);
  });
}

void test('a file is sent to another key where the first one refused it', async (t) => {
  let count = 0;
  const upstream = await rawUpstream(t, ({ write }) => {
    const dead =
      '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}';
    return write(
      count++ === 0
        ? rawAnswer('401 Unauthorized', ['content-type: application/json'], dead)
        : rawAnswer('200 OK', ['content-type: application/json'], '{"id":"file-1"}'),
    );
  });
  const gateway = await gatewayBefore(t, upstream);
  const response = await ask(gateway.url, {
    path: '/v1/files',
    headers: { 'content-type': FORM },
    body: FILE,
  });
  assert.equal(response.status, 200);
  assert.deepEqual(
    upstream.requests.map(({ body }) => body.toString()),
    [FILE, FILE],
  );
});
