import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import OpenAI from 'openai';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, chat, dataOf, streamedChat } from '../../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about `limits.streamPing`: a client that waits for a stream is kept while failover goes on behind it. */

const SSE = ['content-type: text/event-stream', 'transfer-encoding: chunked'];
const JSON_TYPE = ['content-type: application/json'];
const PING_MS = 20;
const COMMENT = ': still at work\n\n';

const STREAM =
  'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"good"},"finish_reason":null}]}\n\n' +
  'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n' +
  'data: [DONE]\n\n';
const streams: RawUpstream['answer'] = ({ write }) =>
  write(rawHead('200 OK', SSE) + rawChunk(STREAM) + rawChunk());
const busy = rawAnswer('503 Service Unavailable', JSON_TYPE, '{"error":{"message":"busy"}}');

interface Kept {
  readonly gateway: TestGateway;
  /** Lets the first provider answer. */
  readonly release: () => void;
  readonly first: RawUpstream;
}

/** A gateway over a provider that is silent until it is told to answer, and a second one. */
async function kept(
  t: TestContext,
  first: RawUpstream['answer'],
  { second = streams, limits = {} }: { second?: RawUpstream['answer']; limits?: ConfigParts } = {},
): Promise<Kept> {
  const released = Promise.withResolvers<void>();
  const silent = await rawUpstream(t, async (exchange) => {
    await released.promise;
    await first(exchange);
  });
  const next = await rawUpstream(t, second);
  const gateway = await gatewayFor(t, {
    config: {
      providers: [silent, next].map(({ origin }, n) => ({
        id: `p${n}`,
        type: 'openai',
        baseUrl: origin,
        apiTokens: [`sk-p${n}-0123456789abcdef`],
        failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h' },
      })),
      routes: [{ model: '*', to: ['p0', 'p1'] }],
      limits: { streamPing: PING_MS, ...limits },
    },
  });
  return { gateway, release: released.resolve, first: silent };
}

/** Asks, and has the provider answer once the client has been pinged so often. */
function askPinged(
  { gateway, release }: Kept,
  asking: Parameters<typeof ask>[1],
  pings: number,
  ping = COMMENT,
): ReturnType<typeof ask> {
  return ask(gateway.url, {
    ...asking,
    onProgress: (soFar) => {
      if (soFar.split(ping).length > pings) release();
    },
  });
}

void suite('the client of a stream that has nothing yet', () => {
  void test('is pinged while failover goes on, and gets the answer as it is', async (t) => {
    const setup = await kept(t, ({ write }) => write(busy));
    const response = await askPinged(setup, { body: streamedChat('hello') }, 3);
    assert.equal(response.status, 200);
    assert.equal(response.text.replaceAll(COMMENT, ''), STREAM);
    assert.ok(response.text.startsWith(COMMENT.repeat(3)));
    assert.ok(response.whole);
    assert.match(response.headers['content-type'] ?? '', /^text\/event-stream/);
    assert.ok(response.headers['x-request-id'] !== undefined);
    assert.deepEqual(
      Object.keys(response.headers).filter((name) => name.startsWith('x-sparekey-')),
      [],
    );
    const [line] = await setup.gateway.requestsLogged(1);
    assert.equal(line?.attempts, 2);
  });

  void test('is not pinged by default, nor where the answer comes in time or is no stream', async (t) => {
    for (const [limits, body] of [
      [{ streamPing: 0 }, streamedChat('hello')],
      [{ streamPing: '1h' }, streamedChat('hello')],
      [{}, chat('hello')],
    ] as const) {
      const isStream = 'stream' in body;
      const whole = rawAnswer(
        '200 OK',
        JSON_TYPE,
        '{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"good"},"finish_reason":"stop"}]}',
      );
      const setup = await kept(t, (exchange) => (isStream ? streams(exchange) : exchange.write(whole)), {
        limits,
      });
      setTimeout(setup.release, 5 * PING_MS);
      const response = await ask(setup.gateway.url, { body });
      assert.doesNotMatch(response.text, /still at work/);
      assert.equal(response.headers['x-sparekey-provider'], 'p0');
    }
  });

  void test('gets an error in the stream, the provider’s or ours, and no end marker', async (t) => {
    const refusal = rawAnswer(
      '400 Bad Request',
      JSON_TYPE,
      '{"error":{"message":"Unknown parameter: verbosity.","type":"invalid_request_error","code":"unknown_parameter"}}',
    );
    const providers = await kept(t, ({ write }) => write(refusal));
    const response = await askPinged(providers, { body: streamedChat('hello') }, 1);
    assert.equal(response.status, 200);
    assert.match(dataOf(response.text).at(-1) ?? '', /Unknown parameter: verbosity/);
    assert.doesNotMatch(response.text, /DONE/);

    const ours = await kept(t, ({ reset }) => reset(), { second: ({ reset }) => reset() });
    const broken = await askPinged(ours, { body: streamedChat('hello') }, 1);
    assert.equal(broken.status, 200);
    assert.match(dataOf(broken.text).at(-1) ?? '', /"code":"upstream_broken"/);
    const [line] = await ours.gateway.requestsLogged(1);
    assert.equal(line?.code, 'upstream_broken');

    const none = await kept(t, ({ write }) =>
      write(
        rawAnswer(
          '200 OK',
          JSON_TYPE,
          '{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"good"},"finish_reason":"stop"}]}',
        ),
      ),
    );
    const noStream = await askPinged(none, { body: streamedChat('hello') }, 1);
    assert.match(dataOf(noStream.text).at(-1) ?? '', /"code":"upstream_broken"/);
  });

  void test('is pinged while it waits for a key', async (t) => {
    let asked = 0;
    const upstream = await rawUpstream(t, (exchange) =>
      asked++ === 0
        ? exchange.write(
            rawAnswer(
              '429 Too Many Requests',
              [...JSON_TYPE, 'retry-after-ms: 300'],
              '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}',
            ),
          )
        : streams(exchange),
    );
    const gateway = await gatewayFor(t, {
      config: {
        providers: [
          {
            id: 'p',
            type: 'openai',
            baseUrl: upstream.origin,
            apiTokens: ['sk-0123456789abcdef'],
            failover: { enabled: true, healthCheckModel: 'm', healthCheckInterval: '1h' },
          },
        ],
        limits: { streamPing: PING_MS, waitForKey: '1m' },
      },
    });
    const response = await ask(gateway.url, { body: streamedChat('hello') });
    assert.ok(response.text.startsWith(COMMENT.repeat(2)));
    assert.equal(response.text.replaceAll(COMMENT, ''), STREAM);
  });

  void test('ends its request by leaving, as ever', async (t) => {
    const { gateway, first } = await kept(t, ({ write }) => write(busy));
    const gone = new AbortController();
    await ask(gateway.url, {
      body: streamedChat('hello'),
      signal: gone.signal,
      onProgress: (soFar) => {
        if (soFar.includes(COMMENT)) gone.abort();
      },
    });
    await until(() => first.open() === 0 && gateway.inFlight() === 0);
  });
});

/** A gateway that answers after some pings. */
async function later(t: TestContext): Promise<TestGateway> {
  const setup = await kept(t, streams);
  setTimeout(setup.release, 10 * PING_MS);
  return setup.gateway;
}

void suite('what is sent ahead is passed over', () => {
  void test('by OpenAI’s SDK', async (t) => {
    const api = new OpenAI({ baseURL: `${(await later(t)).url}/v1`, apiKey: 'k', maxRetries: 0 });
    const chunks = await api.chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    });
    let text = '';
    for await (const { choices } of chunks) text += choices[0]?.delta.content ?? '';
    assert.equal(text, 'good');
  });

  void test('by Anthropic’s SDK', async (t) => {
    const api = new Anthropic({ baseURL: (await later(t)).url, apiKey: 'k', maxRetries: 0 });
    const stream = api.messages.stream({
      model: 'm',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'hello' }],
    });
    assert.equal(await stream.finalText(), 'good');
  });

  void test('by Google’s SDK', async (t) => {
    const api = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: (await later(t)).url } });
    const stream = await api.models.generateContentStream({ model: 'm', contents: 'hello' });
    let text = '';
    for await (const chunk of stream) text += chunk.text ?? '';
    assert.equal(text, 'good');
  });

  void test('and an error behind it is raised by them', async (t) => {
    const failing = async (): Promise<TestGateway> => {
      const setup = await kept(t, ({ reset }) => reset(), { second: ({ reset }) => reset() });
      setTimeout(setup.release, 5 * PING_MS);
      return setup.gateway;
    };
    const openai = new OpenAI({ baseURL: `${(await failing()).url}/v1`, apiKey: 'k', maxRetries: 0 });
    const chunks = await openai.chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    });
    await assert.rejects(Array.fromAsync(chunks), /broke/i);
    const anthropic = new Anthropic({ baseURL: (await failing()).url, apiKey: 'k', maxRetries: 0 });
    const message = anthropic.messages.stream({
      model: 'm',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'hello' }],
    });
    await assert.rejects(message.finalText(), /broke/i);
    const google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: (await failing()).url } });
    const stream = await google.models.generateContentStream({ model: 'm', contents: 'hello' });
    await assert.rejects(Array.fromAsync(stream), /broke/i);
  });
});
