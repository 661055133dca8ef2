import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  toFile,
} from 'openai';
import { isAnswerTo } from '../../../simulator/answer-text.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { gatewayFor, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { until } from '../../support/until.ts';

/*
 * The official SDK as anybody installs it, with nothing but a base URL and a key: what it returns, and the
 * errors it raises.
 */

const CLIENT_KEY = 'sk-client-0123456789abcdef';
const KEYS = ['sk-one-0123456789abcdefg', 'sk-two-0123456789abcdefg'];
const MODEL = 'gpt-5';
const QUESTION = 'what does the gateway do?';
const MESSAGES = [{ role: 'user' as const, content: QUESTION }];

interface Sdk {
  readonly api: OpenAI;
  readonly gateway: TestGateway;
}

/** The SDK before a gateway with two keys of one organisation, both of which behave as said. */
async function sdkFor(
  t: TestContext,
  { behaviours = [], options = {}, maxRetries = 0 }: Setting = {},
): Promise<Sdk> {
  const script = { behaviours, organization: 'org-sim' };
  const gateway = await gatewayFor(t, {
    keys: KEYS,
    script: { keys: Object.fromEntries(KEYS.map((key) => [key, script])), knownKeysOnly: true },
    config: { clients: [{ name: 'app', key: CLIENT_KEY }] },
    ...options,
  });
  const api = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY, maxRetries });
  return { api, gateway };
}

interface Setting {
  readonly behaviours?: readonly Behaviour[];
  readonly options?: TestGatewayOptions;
  readonly maxRetries?: number;
}

function assertAnswers(text: string | null | undefined): void {
  assert.ok(isAnswerTo(text ?? '', QUESTION, MODEL, KEYS), `not the answer: ${text}`);
}

/** The error that `promise` is rejected with, of this class. */
async function raised<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof type, `expected ${type.name}, got ${String(error)}`);
  return error;
}

function asking({ api }: Sdk): Promise<unknown> {
  return api.chat.completions.create({ model: MODEL, messages: MESSAGES });
}

void suite('the OpenAI SDK is answered', () => {
  void test('chat completions', async (t) => {
    const { api } = await sdkFor(t);
    const { data, response, request_id } = await api.chat.completions
      .create({ model: MODEL, messages: MESSAGES })
      .withResponse();
    assertAnswers(data.choices[0]?.message.content);
    assert.match(request_id ?? '', /^req_/);
    assert.equal(response.headers.get('x-sparekey-provider'), 'sim');
    assert.equal(response.headers.get('x-sparekey-attempts'), '1');
  });

  void test('chat completions as a stream, with usage', async (t) => {
    const { api } = await sdkFor(t);
    const stream = await api.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens += chunk.usage?.completion_tokens ?? 0;
    }
    assertAnswers(text);
    assert.ok(tokens > 0);
  });

  void test('chat completions through the streaming helper', async (t) => {
    const { api } = await sdkFor(t);
    const completion = await api.chat.completions
      .stream({ model: MODEL, messages: MESSAGES })
      .finalChatCompletion();
    assertAnswers(completion.choices[0]?.message.content);
  });

  void test('responses, and what is asked of a stored one', async (t) => {
    const { api } = await sdkFor(t);
    const created = await api.responses.create({ model: MODEL, input: QUESTION });
    assertAnswers(created.output_text);
    assertAnswers((await api.responses.retrieve(created.id)).output_text);
    const items = await api.responses.inputItems.list(created.id);
    assert.equal(items.data.length, 1);
    assert.equal((await api.responses.cancel(created.id)).id, created.id);
    await api.responses.delete(created.id);
    await assert.rejects(api.responses.retrieve(created.id), NotFoundError);
  });

  void test('responses as a stream', async (t) => {
    const { api } = await sdkFor(t);
    const stream = await api.responses.create({ model: MODEL, input: QUESTION, stream: true });
    let text = '';
    let last = '';
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      last = event.type;
    }
    assertAnswers(text);
    assert.equal(last, 'response.completed');
  });

  void test('completions, streamed and not', async (t) => {
    const { api } = await sdkFor(t);
    const whole = await api.completions.create({ model: MODEL, prompt: QUESTION });
    assertAnswers(whole.choices[0]?.text);
    let text = '';
    for await (const chunk of await api.completions.create({
      model: MODEL,
      prompt: QUESTION,
      stream: true,
    })) {
      text += chunk.choices[0]?.text ?? '';
    }
    assertAnswers(text);
  });

  void test('embeddings', async (t) => {
    const { api } = await sdkFor(t);
    const { data } = await api.embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] });
    assert.deepEqual(
      data.map(({ index, embedding }) => [index, embedding.length]),
      [
        [0, 8],
        [1, 8],
      ],
    );
  });

  void test('models', async (t) => {
    const { api } = await sdkFor(t);
    const ids = (await api.models.list()).data.map(({ id }) => id);
    assert.ok(ids.includes(MODEL), ids.join(', '));
    assert.equal((await api.models.retrieve(MODEL)).id, MODEL);
  });

  void test('files: upload, list, retrieve, content, delete', async (t) => {
    const { api } = await sdkFor(t);
    const bytes = Buffer.from('{"custom_id":"1"}\n');
    const file = await api.files.create({ file: await toFile(bytes, 'batch.jsonl'), purpose: 'batch' });
    assert.deepEqual(
      (await api.files.list()).data.map(({ id }) => id),
      [file.id],
    );
    assert.equal((await api.files.retrieve(file.id)).filename, 'batch.jsonl');
    const content = await api.files.content(file.id);
    assert.deepEqual(Buffer.from(await content.arrayBuffer()), bytes);
    assert.equal((await api.files.delete(file.id)).deleted, true);
    await assert.rejects(api.files.retrieve(file.id), NotFoundError);
  });

  void test('moderations, images and audio', async (t) => {
    const { api } = await sdkFor(t);
    const moderation = await api.moderations.create({ input: 'be nice' });
    assert.equal(moderation.results[0]?.flagged, false);
    const images = await api.images.generate({ model: 'gpt-image-1', prompt: 'a white pixel' });
    assert.match(images.data?.[0]?.b64_json ?? '', /^iVBOR/);
    const speech = await api.audio.speech.create({ model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'hush' });
    const sound = Buffer.from(await speech.arrayBuffer());
    assert.equal(sound.toString('latin1', 0, 4), 'RIFF');
    const heard = await api.audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await toFile(sound, 'hush.wav'),
    });
    assert.equal(heard.text, `You sent ${sound.length} bytes of audio.`);
  });
});

void suite('the OpenAI SDK raises', () => {
  void test("AuthenticationError where the client's own key is wrong", async (t) => {
    const { gateway } = await sdkFor(t);
    const api = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-wrong-0123456789abcdef' });
    const error = await raised(api.models.list(), AuthenticationError);
    assert.equal(error.code, 'invalid_api_key');
    assert.equal(error.type, 'authentication_error');
    assert.match(error.requestID ?? '', /^req_/);
    assert.equal(gateway.sim.requests.length, 0);
  });

  void test("no AuthenticationError where it is the gateway's keys that are dead, and does not retry in vain", async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'invalid-key' }], maxRetries: 2 });
    const error = await raised(asking(sdk), InternalServerError);
    assert.equal(error.status, 502);
    assert.equal(error.code, 'upstream_credentials_exhausted');
    assert.equal((await sdk.gateway.requestsLogged(1)).length, 1);
  });

  void test("RateLimitError with the provider's own words and wait where every key is throttled", async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'rate-limited', retryAfter: 40 }] });
    const error = await raised(asking(sdk), RateLimitError);
    assert.equal(error.code, 'rate_limit_exceeded');
    assert.equal(error.headers.get('retry-after'), '40');
    // From then on nobody needs to be asked to know.
    const next = await raised(asking(sdk), InternalServerError);
    assert.equal(next.status, 503);
    assert.equal(next.code, 'no_key_available');
    const wait = Number(next.headers?.get('retry-after'));
    assert.ok(wait > 0 && wait <= 40, `retry-after: ${wait}`);
    assert.equal(sdk.gateway.sim.requests.length, KEYS.length);
  });

  void test('nothing where its own retry, after the wait that it was given, finds a key back', async (t) => {
    const throttledOnce: Behaviour = { kind: 'rate-limited', retryAfterMs: 300, times: 1 };
    const sdk = await sdkFor(t, { behaviours: [throttledOnce], maxRetries: 1 });
    const startedAt = performance.now();
    await asking(sdk);
    assert.ok(performance.now() - startedAt >= 299, 'it waited');
    const lines = await sdk.gateway.requestsLogged(2);
    assert.deepEqual(
      lines.map(({ status, attempts }) => [status, attempts]),
      [
        [429, 2],
        [200, 1],
      ],
    );
  });

  void test('BadRequestError for a context that is too long', async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'bad-request' }], maxRetries: 2 });
    const error = await raised(asking(sdk), BadRequestError);
    assert.equal(error.code, 'context_length_exceeded');
    assert.equal(error.param, 'messages');
    assert.equal(sdk.gateway.sim.requests.length, 1);
  });

  void test('BadRequestError for a malformed body', async (t) => {
    const { api, gateway } = await sdkFor(t);
    const posting = api.post('/chat/completions', {
      body: '{"model": "gpt-5", "messages": [',
      headers: { 'content-type': 'application/json' },
    });
    const error = await raised(posting, BadRequestError);
    assert.equal(error.type, 'invalid_request_error');
    assert.equal(gateway.sim.requests.length, 0);
  });

  void test('NotFoundError for a model that no key may use', async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'model-denied', models: [MODEL] }] });
    const error = await raised(asking(sdk), NotFoundError);
    assert.equal(error.code, 'model_not_found');
  });

  void test('NotFoundError for a model that no route leads to', async (t) => {
    const { gateway } = await sdkFor(t, {
      options: {
        config: (sim) => ({
          providers: ['a', 'b'].map((id) => ({ id, type: 'openai', baseUrl: sim.url, apiTokens: KEYS })),
          routes: [{ model: 'gpt-5', to: ['a'] }],
        }),
      },
    });
    const api = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 });
    const asked = api.chat.completions.create({ model: 'nobody-has-this', messages: MESSAGES });
    const error = await raised(asked, NotFoundError);
    assert.equal(error.code, 'model_not_routed');
  });

  void test('InternalServerError with the words of a provider that fails on every key', async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'server-error' }] });
    const error = await raised(asking(sdk), InternalServerError);
    assert.equal(error.status, 500);
    assert.equal(error.code, 'server_error');
    assert.equal(sdk.gateway.sim.requests.length, KEYS.length);
  });

  const breaks: readonly Behaviour[] = [
    { kind: 'cut', afterChunks: 2 },
    { kind: 'truncate', afterChunks: 2 },
    { kind: 'error-event', afterChunks: 2 },
  ];
  for (const behaviour of breaks) {
    void test(`APIError in the middle of a stream: ${behaviour.kind}`, async (t) => {
      const { api } = await sdkFor(t, { behaviours: [behaviour] });
      let chatText = '';
      const chatting = async (): Promise<void> => {
        const stream = await api.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true });
        for await (const chunk of stream) chatText += chunk.choices[0]?.delta.content ?? '';
      };
      await assert.rejects(chatting, APIError);
      assert.ok('You said:'.startsWith(chatText), chatText);

      let responsesText = '';
      const responding = async (): Promise<void> => {
        const stream = await api.responses.create({ model: MODEL, input: QUESTION, stream: true });
        for await (const event of stream) {
          if (event.type === 'response.output_text.delta') responsesText += event.delta;
        }
      };
      await assert.rejects(responding, APIError);
      assert.ok('You said:'.startsWith(responsesText), responsesText);
    });
  }

  void test('APIUserAbortError where the client gives up, and the provider is let go within a second', async (t) => {
    const sdk = await sdkFor(t, { behaviours: [{ kind: 'answer', chunks: 1_000, chunkDelayMs: 20 }] });
    const { sim } = sdk.gateway;
    const stream = await sdk.api.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content !== undefined) break;
    }
    const gaveUpAt = Date.now();
    await until(() => sim.open === 0);
    const [request] = sim.requests;
    assert.equal(request?.ending, 'aborted');
    assert.ok((request.endedAt ?? Infinity) - gaveUpAt < 1_000);

    const hanging = sdk.api.chat.completions.create(
      { model: MODEL, messages: MESSAGES },
      { signal: AbortSignal.abort() },
    );
    await assert.rejects(hanging, APIUserAbortError);
    const states = (await sdk.gateway.keys()).map(({ state, failures }) => [state, failures]);
    assert.deepEqual(states, [
      ['in-service', 0],
      ['in-service', 0],
    ]);
  });
});
