import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { rawAnswer, rawHead, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';

/* Promises about `onContextLength: next`: what is too long for one model is answered by one that takes more. */

const JSON_TYPE = ['content-type: application/json'];

const tooLong = (tokens: number): string =>
  rawAnswer(
    '400 Bad Request',
    JSON_TYPE,
    JSON.stringify({
      error: {
        message: `This model's maximum context length is ${tokens} tokens.`,
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    }),
  );
const NO_WINDOW = rawAnswer(
  '413 Payload Too Large',
  ['content-type: text/html'],
  '<html><body>413 Request Entity Too Large</body></html>',
);
const answerOf = (text: string): string =>
  rawAnswer(
    '200 OK',
    JSON_TYPE,
    JSON.stringify({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    }),
  );

interface Place {
  readonly answer: string;
  /** Of the entry in the route. */
  readonly contextWindow?: number;
}

/** A gateway with a route over providers `p0`, `p1`, …, each of two keys, that answer as they are told. */
async function routeOver(
  t: TestContext,
  places: readonly Place[],
  route: ConfigParts = { onContextLength: 'next' },
): Promise<{ readonly gateway: TestGateway; readonly asked: () => readonly number[] }> {
  const upstreams: RawUpstream[] = [];
  for (const { answer } of places) upstreams.push(await rawUpstream(t, ({ write }) => write(answer)));
  const gateway = await gatewayFor(t, {
    config: {
      providers: upstreams.map(({ origin }, n) => ({
        id: `p${n}`,
        type: 'openai',
        baseUrl: origin,
        apiTokens: [`sk-p${n}-a-0123456789abcdef`, `sk-p${n}-b-0123456789abcdef`],
        failover: { enabled: true, failureThreshold: 1, healthCheckModel: 'm', healthCheckInterval: '1h' },
      })),
      routes: [
        {
          model: '*',
          to: places.map(({ contextWindow }, n) => ({
            provider: `p${n}`,
            ...(contextWindow !== undefined && { contextWindow }),
          })),
          ...route,
        },
      ],
    },
  });
  return { gateway, asked: () => upstreams.map(({ requests }) => requests.length) };
}

async function assertUntouched(gateway: TestGateway): Promise<void> {
  for (const { provider, state, failures, models } of await gateway.keys())
    assert.deepEqual([provider, state, failures, models], [provider, 'in-service', 0, {}]);
}

void suite('a request that is too long for a model', () => {
  void test('goes to the next one of the route, and leaves no mark on keys', async (t) => {
    for (const refusal of [tooLong(8_192), NO_WINDOW]) {
      const { gateway, asked } = await routeOver(t, [{ answer: refusal }, { answer: answerOf('long') }]);
      const response = await ask(gateway.url);
      assert.equal(response.status, 200);
      assert.match(response.text, /long/);
      assert.deepEqual(asked(), [1, 1]);
      await assertUntouched(gateway);
    }
  });

  void test('is not asked of one that is known to take no more, by its entry or by what it has said', async (t) => {
    const { gateway, asked } = await routeOver(t, [
      { answer: tooLong(8_192) },
      { answer: answerOf('configured'), contextWindow: 8_192 },
      { answer: tooLong(4_096) },
      { answer: answerOf('largest'), contextWindow: 100_000 },
    ]);
    assert.match((await ask(gateway.url)).text, /largest/);
    assert.deepEqual(asked(), [1, 0, 1, 1]);
    assert.match((await ask(gateway.url)).text, /largest/);
    assert.deepEqual(asked(), [2, 0, 1, 2]);
  });

  void test('is answered with the first refusal where nobody takes it', async (t) => {
    const { gateway, asked } = await routeOver(t, [
      { answer: rawAnswer('503 Service Unavailable', JSON_TYPE, '{"error":{"message":"busy"}}') },
      { answer: tooLong(8_192) },
      { answer: tooLong(16_384) },
      { answer: rawAnswer('400 Bad Request', JSON_TYPE, '{"error":{"message":"no","code":"bad_thing"}}') },
    ]);
    const response = await ask(gateway.url);
    assert.equal(response.status, 400);
    assert.equal(response.code, 'context_length_exceeded');
    assert.match(response.text, /8192/);
    assert.deepEqual(asked().slice(1), [1, 1, 1]);
  });

  void test('goes nowhere by default, nor where its body cannot be sent again', async (t) => {
    const places = [{ answer: tooLong(8_192) }, { answer: answerOf('long') }];
    const byDefault = await routeOver(t, places, {});
    assert.equal((await ask(byDefault.gateway.url)).code, 'context_length_exceeded');
    assert.deepEqual(byDefault.asked(), [1, 0]);

    const passing = await gatewayFor(t, {
      config: {
        ...(await configOver(t, places)),
        limits: { replay: 64 },
      },
    });
    const body = { ...chat('hello'), user: 'x'.repeat(1_000) };
    assert.equal((await ask(passing.url, { body })).code, 'context_length_exceeded');
  });

  void test('in an event of a stream goes on as well', async (t) => {
    const event = {
      error: {
        message: "This model's maximum context length is 8192 tokens.",
        code: 'context_length_exceeded',
      },
    };
    const stream = `${rawHead('200 OK', ['content-type: text/event-stream', 'connection: close'])}data: ${JSON.stringify(event)}\n\n`;
    const good = `${rawHead('200 OK', ['content-type: text/event-stream', 'connection: close'])}data: {"choices":[{"delta":{"content":"long"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
    const first = await rawUpstream(t, ({ end }) => end(stream));
    const second = await rawUpstream(t, ({ end }) => end(good));
    const gateway = await gatewayFor(t, {
      config: {
        providers: [first, second].map(({ origin }, n) => ({
          id: `p${n}`,
          type: 'openai',
          baseUrl: origin,
          apiTokens: ['sk-0123456789abcdef'],
        })),
        routes: [{ model: '*', to: ['p0', 'p1'], onContextLength: 'next' }],
      },
    });
    const response = await ask(gateway.url, { body: chat('hello', { stream: true }) });
    assert.equal(response.text, good.slice(good.indexOf('data:')));
  });
});

async function configOver(t: TestContext, places: readonly Place[]): Promise<ConfigParts> {
  const upstreams: RawUpstream[] = [];
  for (const { answer } of places) upstreams.push(await rawUpstream(t, ({ write }) => write(answer)));
  return {
    providers: upstreams.map(({ origin }, n) => ({
      id: `p${n}`,
      type: 'openai',
      baseUrl: origin,
      apiTokens: ['sk-0123456789abcdef'],
    })),
    routes: [{ model: '*', to: upstreams.map((_, n) => `p${n}`), onContextLength: 'next' }],
  };
}
