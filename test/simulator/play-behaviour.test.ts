import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAnswerTo } from '../../simulator/answer-text.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { dataOf } from '../support/http.ts';
import { ask, chat, deltasOf, simulatorFor, STREAM, type Answer } from './client.ts';
import { until } from '../support/until.ts';

/** The error of a JSON body in OpenAI's shape. */
function errorOf({ body }: Answer): { code: string; type: string; message: string } {
  const parsed: unknown = JSON.parse(body);
  assert.ok(typeof parsed === 'object' && parsed !== null && 'error' in parsed);
  const { error } = parsed;
  assert.ok(typeof error === 'object' && error !== null && 'message' in error && 'code' in error);
  assert.ok('type' in error);
  return { code: String(error.code), type: String(error.type), message: String(error.message) };
}

const REFUSALS: readonly { behaviour: Behaviour; status: number; code: string }[] = [
  { behaviour: { kind: 'invalid-key' }, status: 401, code: 'invalid_api_key' },
  { behaviour: { kind: 'rate-limited' }, status: 429, code: 'rate_limit_exceeded' },
  { behaviour: { kind: 'out-of-credit' }, status: 429, code: 'insufficient_quota' },
  { behaviour: { kind: 'server-error' }, status: 500, code: 'server_error' },
  { behaviour: { kind: 'server-error', status: 504 }, status: 504, code: 'server_error' },
  { behaviour: { kind: 'overloaded' }, status: 503, code: 'server_is_overloaded' },
  { behaviour: { kind: 'model-denied', models: ['m'] }, status: 404, code: 'model_not_found' },
  { behaviour: { kind: 'bad-request' }, status: 400, code: 'context_length_exceeded' },
  { behaviour: { kind: 'error-200' }, status: 200, code: 'server_error' },
];

for (const { behaviour, status, code } of REFUSALS) {
  void test(`${behaviour.kind} answers ${status} with ${code}, streaming or not`, async (context) => {
    const simulator = await simulatorFor(context, { keys: { k: { behaviours: [behaviour] } } });
    for (const body of [chat('hi'), STREAM]) {
      const response = await ask(simulator, { body });
      assert.equal(response.status, status);
      assert.equal(response.headers['content-type'], 'application/json');
      assert.equal(errorOf(response).code, code);
      assert.ok(response.whole);
    }
  });
}

void test('an invalid key is named by its ends alone', async (context) => {
  const key = 'sim-secret-middle-part-1234';
  const simulator = await simulatorFor(context, {
    keys: { [key]: { behaviours: [{ kind: 'invalid-key' }] } },
  });
  const { message } = errorOf(await ask(simulator, { key }));
  assert.match(message, /sim-\*{8}1234/u);
  assert.ok(!message.includes('middle'));
});

void test('a rate limit sends the wait of its script', async (context) => {
  const simulator = await simulatorFor(context);
  const headersOf = async (behaviour: Behaviour): Promise<Answer['headers']> => {
    simulator.script('k', [behaviour]);
    return (await ask(simulator)).headers;
  };
  assert.equal((await headersOf({ kind: 'rate-limited' }))['retry-after'], '1');
  assert.equal((await headersOf({ kind: 'rate-limited', retryAfter: 30 }))['retry-after'], '30');
  assert.equal((await headersOf({ kind: 'rate-limited', retryAfter: false }))['retry-after'], undefined);
  const date = 'Wed, 21 Oct 2037 07:28:00 GMT';
  assert.equal((await headersOf({ kind: 'rate-limited', retryAfter: date }))['retry-after'], date);
  const left = await headersOf({ kind: 'rate-limited', forMs: 59_500 });
  assert.equal(left['retry-after'], '60');
  const full = await headersOf({
    kind: 'rate-limited',
    retryAfterMs: 1_200,
    headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' },
  });
  assert.equal(full['retry-after-ms'], '1200');
  assert.equal(full['x-ratelimit-remaining-requests'], '0');
  assert.equal(full['x-ratelimit-reset-requests'], '6m0s');
});

void test('a model is denied where it was named, and others are answered', async (context) => {
  const behaviours: Behaviour[] = [{ kind: 'model-denied', models: ['gpt-5'] }];
  const simulator = await simulatorFor(context, { keys: { k: { behaviours } } });
  assert.equal((await ask(simulator, { body: chat('hi', { model: 'gpt-5' }) })).status, 404);
  assert.equal((await ask(simulator, { body: chat('hi', { model: 'gpt-4' }) })).status, 200);
});

void test('a proxy’s 502 is an HTML page', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'html-502' }] } } });
  const response = await ask(simulator);
  assert.equal(response.status, 502);
  assert.equal(response.headers['content-type'], 'text/html');
  assert.match(response.body, /<h1>502 Bad Gateway<\/h1>/u);
});

void test('any status can be had, with headers and a body of text or JSON', async (context) => {
  const simulator = await simulatorFor(context);
  simulator.script('k', [
    { kind: 'status', status: 418, headers: { 'x-pot': 'tea' }, body: 'short and stout' },
  ]);
  const text = await ask(simulator);
  assert.deepEqual([text.status, text.headers['x-pot'], text.body], [418, 'tea', 'short and stout']);
  simulator.script('k', [{ kind: 'status', status: 402, body: { detail: 'pay' } }]);
  const json = await ask(simulator);
  assert.deepEqual([json.status, json.body], [402, '{"detail":"pay"}']);
  assert.equal(json.headers['content-type'], 'application/json');
});

void test('refuse resets the connection before any byte of an answer', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'refuse' }] } } });
  const response = await ask(simulator);
  assert.equal(response.status, undefined);
  assert.equal(response.error, 'ECONNRESET');
  await until(() => simulator.counts('k').broken === 1);
});

for (const by of ['reset', 'close'] as const) {
  void test(`cut (${by}) breaks a stream off after the chunks of its script`, async (context) => {
    const behaviours: Behaviour[] = [{ kind: 'cut', afterChunks: 2, by }];
    const simulator = await simulatorFor(context, { keys: { k: { behaviours } } });
    const response = await ask(simulator, { body: STREAM });
    assert.equal(response.status, 200);
    assert.deepEqual(deltasOf(response.body), ['You', ' said:']);
    assert.equal(response.whole, false);
    assert.equal(response.error, 'ECONNRESET');
    await until(() => simulator.counts('k').broken === 1);
  });

  void test(`cut (${by}) breaks a plain answer off in the middle of its body`, async (context) => {
    const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'cut', by }] } } });
    const response = await ask(simulator);
    assert.equal(response.status, 200);
    assert.match(response.body, /^\{"id":"chatcmpl-/u);
    assert.throws(() => JSON.parse(response.body) as unknown, SyntaxError);
    assert.equal(response.whole, false);
  });
}

void test('cut after no chunks leaves the preamble alone', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: { k: { behaviours: [{ kind: 'cut', afterChunks: 0 }] } },
  });
  const response = await ask(simulator, { body: STREAM });
  assert.equal(dataOf(response.body).length, 1);
  assert.match(response.body, /"role":"assistant"/u);
  assert.equal(response.whole, false);
});

void test('truncate ends a stream in order, without its end marker', async (context) => {
  const simulator = await simulatorFor(context);
  simulator.script('k', [{ kind: 'truncate' }]);
  const all = await ask(simulator, { body: STREAM });
  assert.ok(all.whole);
  assert.ok(isAnswerTo(deltasOf(all.body).join(''), 'hi', 'm', ['k']));
  assert.ok(!all.body.includes('[DONE]') && !all.body.includes('"finish_reason":"stop"'));
  simulator.script('k', [{ kind: 'truncate', afterChunks: 1 }]);
  assert.deepEqual(deltasOf((await ask(simulator, { body: STREAM })).body), ['You']);
});

void test('truncate ends a plain answer in order, with half of its JSON', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'truncate' }] } } });
  const response = await ask(simulator);
  assert.ok(response.whole);
  assert.throws(() => JSON.parse(response.body) as unknown, SyntaxError);
});

void test('an error event comes inside a 200, before the output or after some of it', async (context) => {
  const simulator = await simulatorFor(context);
  simulator.script('k', [{ kind: 'error-event', error: { code: 'insufficient_quota' } }]);
  const early = await ask(simulator, { body: STREAM });
  assert.equal(early.status, 200);
  assert.deepEqual(deltasOf(early.body), []);
  assert.match(dataOf(early.body).at(-1) ?? '', /^\{"error":.*"code":"insufficient_quota"/u);
  assert.ok(early.whole);
  simulator.script('k', [{ kind: 'error-event', afterChunks: 2 }]);
  const late = await ask(simulator, { body: STREAM });
  assert.equal(deltasOf(late.body).length, 2);
  assert.match(dataOf(late.body).at(-1) ?? '', /^\{"error":/u);
});

void test('a Responses stream has an error as either event, or both', async (context) => {
  const simulator = await simulatorFor(context);
  const eventsFor = async (form: 'error' | 'response.failed' | 'both'): Promise<string[]> => {
    simulator.script('k', [{ kind: 'error-event', form }]);
    const body = { model: 'm', input: 'hi', stream: true };
    const response = await ask(simulator, { path: '/v1/responses', body });
    return [...response.body.matchAll(/^event: (\S+)$/gmu)].map(([, name]) => name ?? '').slice(4);
  };
  assert.deepEqual(await eventsFor('error'), ['error']);
  assert.deepEqual(await eventsFor('response.failed'), ['response.failed']);
  assert.deepEqual(await eventsFor('both'), ['error', 'response.failed']);
});

void test('an error event of a plain answer is an error body with 200', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'error-event' }] } } });
  const response = await ask(simulator);
  assert.equal(response.status, 200);
  assert.equal(errorOf(response).code, 'server_error');
});

void test('an empty stream is a 200 event stream that ends with nothing', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'empty-stream' }] } } });
  const response = await ask(simulator, { body: STREAM });
  assert.deepEqual([response.status, response.body, response.whole], [200, '', true]);
  assert.equal(response.headers['content-type'], 'text/event-stream');
});

void test('a hang sends nothing, and ends when the client goes away', async (context) => {
  const simulator = await simulatorFor(context, { keys: { k: { behaviours: [{ kind: 'hang' }] } } });
  const leaving = new AbortController();
  const asked = ask(simulator, { signal: leaving.signal });
  await until(() => simulator.counts('k').met.hang === 1);
  assert.equal(simulator.open, 1);
  const before = Date.now();
  leaving.abort();
  assert.equal((await asked).status, undefined);
  await until(() => simulator.open === 0);
  const { aborted, lastAbortAt } = simulator.counts('k');
  assert.equal(aborted, 1);
  assert.ok(lastAbortAt !== undefined && lastAbortAt >= before);
});

void test('a hang can begin after the headers, or after the preamble', async (context) => {
  const simulator = await simulatorFor(context);
  for (const [after, expected] of [
    ['headers', 0],
    ['preamble', 1],
  ] as const) {
    simulator.script('k', [{ kind: 'hang', after }]);
    const leaving = new AbortController();
    const response = await ask(simulator, {
      body: STREAM,
      signal: leaving.signal,
      onProgress: (soFar) => {
        if (dataOf(soFar).length === expected) leaving.abort();
      },
    });
    assert.equal(response.status, 200);
    assert.equal(dataOf(response.body).length, expected);
    assert.equal(response.whole, false);
  }
});

void test('a slow first output is late and right, wherever it stalls', async (context) => {
  const simulator = await simulatorFor(context);
  for (const after of ['request', 'headers', 'preamble'] as const) {
    for (const body of [chat('hi'), STREAM]) {
      simulator.script('k', [{ kind: 'slow-first-output', delayMs: 60, after }]);
      const startedAt = performance.now();
      const response = await ask(simulator, { body });
      assert.ok(performance.now() - startedAt >= 55);
      assert.ok(response.whole);
      assert.match(response.body, /You/u);
      if (body === STREAM) assert.ok(isAnswerTo(deltasOf(response.body).join(''), 'hi', 'm', ['k']));
      else assert.doesNotThrow(() => JSON.parse(response.body) as unknown);
    }
  }
});

void test('an answer is streamed in as many chunks, and as slowly, as the behaviour says', async (context) => {
  const behaviours: Behaviour[] = [{ kind: 'answer', chunks: 12, chunkDelayMs: 5 }];
  const simulator = await simulatorFor(context, { keys: { k: { behaviours } } });
  const startedAt = performance.now();
  const deltas = deltasOf((await ask(simulator, { body: STREAM })).body);
  assert.equal(deltas.length, 12);
  assert.ok(isAnswerTo(deltas.join(''), 'hi', 'm', ['k']));
  assert.ok(performance.now() - startedAt >= 40);
});

void test('closing destroys hanging and half-sent answers', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: {
      hanging: { behaviours: [{ kind: 'hang' }] },
      stalled: { behaviours: [{ kind: 'hang', after: 'preamble' }] },
      slow: { behaviours: [{ kind: 'answer', chunkDelayMs: 60_000 }] },
    },
  });
  const asked = ['hanging', 'stalled', 'slow'].map((key) => ask(simulator, { key, body: STREAM }));
  await until(() => simulator.requests.filter(({ behaviour }) => behaviour !== undefined).length === 3);
  await simulator.close();
  for (const response of await Promise.all(asked)) assert.equal(response.whole, false);
  await until(() => simulator.open === 0);
  assert.equal(simulator.counts('hanging').broken, 1);
});
