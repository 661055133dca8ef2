import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  OpenAI,
  toFile,
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { answerTag, isAnswerTo } from '../../simulator/answer-text.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { embeddingOf } from '../../simulator/surface/embeddings.ts';
import { ask, chat, simulatorFor, STREAM } from './client.ts';

/** The vendor's own client, unmodified but for its address and its patience. */
function sdkFor(simulator: Simulator, apiKey = 'k'): OpenAI {
  return new OpenAI({ baseURL: simulator.url, apiKey, maxRetries: 0 });
}

const MESSAGES = [
  { role: 'system' as const, content: 'Be brief.' },
  {
    role: 'user' as const,
    content: [
      { type: 'text' as const, text: 'Hello, ' },
      { type: 'text' as const, text: 'you' },
    ],
  },
];

void test('the SDK gets a chat completion', async (context) => {
  const simulator = await simulatorFor(context);
  const { data, request_id } = await sdkFor(simulator)
    .chat.completions.create({ model: 'm', messages: MESSAGES })
    .withResponse();
  const [choice] = data.choices;
  assert.ok(isAnswerTo(choice?.message.content ?? '', 'Hello, you', 'm', ['k']));
  assert.equal(choice?.finish_reason, 'stop');
  assert.equal(data.id, `chatcmpl-sim${answerTag('k', 'm', 'Hello, you')}`);
  assert.ok((data.usage?.total_tokens ?? 0) > 0);
  assert.match(request_id ?? '', /^req_sim/u);
});

void test('the SDK gets a chat stream, with usage where it asks for it', async (context) => {
  const sdk = sdkFor(await simulatorFor(context));
  for (const include_usage of [false, true]) {
    const stream = await sdk.chat.completions.create({
      model: 'm',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage },
    });
    const chunks = await Array.fromAsync(stream);
    assert.equal(chunks[0]?.choices[0]?.delta.role, 'assistant');
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    assert.ok(isAnswerTo(text, 'Hello, you', 'm', ['k']));
    assert.equal(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'stop').length, 1);
    assert.equal((chunks.at(-1)?.usage ?? undefined) !== undefined, include_usage);
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  }
});

void test('the SDK gets text completions', async (context) => {
  const sdk = sdkFor(await simulatorFor(context));
  const plain = await sdk.completions.create({ model: 'm', prompt: 'Once' });
  assert.ok(isAnswerTo(plain.choices[0]?.text ?? '', 'Once', 'm', ['k']));
  const chunks = await Array.fromAsync(
    await sdk.completions.create({ model: 'm', prompt: 'Once', stream: true }),
  );
  assert.ok(isAnswerTo(chunks.map(({ choices }) => choices[0]?.text ?? '').join(''), 'Once', 'm', ['k']));
});

void test('the SDK gets a response, and can ask for it again', async (context) => {
  const simulator = await simulatorFor(context);
  const sdk = sdkFor(simulator);
  const response = await sdk.responses.create({ model: 'm', input: 'Hello' });
  assert.ok(isAnswerTo(response.output_text, 'Hello', 'm', ['k']));
  assert.equal(response.status, 'completed');
  assert.deepEqual((await sdk.responses.retrieve(response.id)).output, response.output);
  const items = await Array.fromAsync(sdk.responses.inputItems.list(response.id));
  assert.equal(items.length, 1);
  const next = await sdk.responses.create({ model: 'm', input: 'More', previous_response_id: response.id });
  assert.equal(next.previous_response_id, response.id);

  // Another key is another organization here: it has no such response.
  const stranger = sdkFor(simulator, 'other');
  await assert.rejects(stranger.responses.retrieve(response.id), NotFoundError);
  await assert.rejects(
    stranger.responses.create({ model: 'm', input: 'More', previous_response_id: response.id }),
    BadRequestError,
  );
  await sdk.responses.delete(response.id);
  await assert.rejects(sdk.responses.retrieve(response.id), NotFoundError);
});

void test('a response that is not to be stored is not', async (context) => {
  const sdk = sdkFor(await simulatorFor(context));
  const { id } = await sdk.responses.create({ model: 'm', input: 'Hello', store: false });
  await assert.rejects(sdk.responses.retrieve(id), NotFoundError);
});

void test('the SDK gets a Responses stream whose events are numbered without a gap', async (context) => {
  const sdk = sdkFor(await simulatorFor(context));
  const input = [{ role: 'user' as const, content: 'Hello' }];
  const events = await Array.fromAsync(await sdk.responses.create({ model: 'm', input, stream: true }));
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, index) => index),
  );
  assert.deepEqual(
    events.map(({ type }) => type).filter((type) => type !== 'response.output_text.delta'),
    [
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ],
  );
  const text = events
    .map((event) => (event.type === 'response.output_text.delta' ? event.delta : ''))
    .join('');
  assert.ok(isAnswerTo(text, 'Hello', 'm', ['k']));
});

void test('the SDK gets embeddings that follow from the text, as numbers or base64', async (context) => {
  const sdk = sdkFor(await simulatorFor(context));
  for (const encoding_format of ['float', 'base64', undefined] as const) {
    const { data } = await sdk.embeddings.create({
      model: 'm',
      input: ['one', 'two'],
      dimensions: 16,
      ...(encoding_format === 'float' ? { encoding_format } : {}),
    });
    assert.deepEqual(data[0]?.embedding, [...embeddingOf('one', 16)]);
    assert.deepEqual(data[1]?.embedding, [...embeddingOf('two', 16)]);
    assert.notDeepEqual(data[0]?.embedding, data[1]?.embedding);
  }
});

void test('the SDK gets models, moderations, images and audio', async (context) => {
  const sdk = sdkFor(await simulatorFor(context, { keys: {}, models: ['a', 'org/b'] }));
  const models = await Array.fromAsync(sdk.models.list());
  assert.deepEqual(
    models.map(({ id }) => id),
    ['a', 'org/b'],
  );
  assert.equal((await sdk.models.retrieve('org/b')).id, 'org/b');
  await assert.rejects(sdk.models.retrieve('c'), NotFoundError);
  const moderation = await sdk.moderations.create({ input: ['a', 'b'] });
  assert.deepEqual(
    moderation.results.map(({ flagged }) => flagged),
    [false, false],
  );
  const image = await sdk.images.generate({ model: 'm', prompt: 'white' });
  const png = Buffer.from(image.data?.[0]?.b64_json ?? '', 'base64');
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  const speech = await sdk.audio.speech.create({ model: 'm', voice: 'alloy', input: 'Hello' });
  assert.equal(Buffer.from(await speech.arrayBuffer()).toString('latin1', 0, 4), 'RIFF');
  const file = await toFile(Buffer.alloc(321), 'a.wav');
  const { text } = await sdk.audio.transcriptions.create({ model: 'm', file });
  assert.equal(text, 'You sent 321 bytes of audio.');
});

void test('a file can be uploaded, listed, read and deleted by the organization that has it', async (context) => {
  const behaviours = [] as const;
  const simulator = await simulatorFor(context, {
    keys: {
      a: { organization: 'org-1', behaviours },
      b: { organization: 'org-1', behaviours },
      c: { organization: 'org-2', behaviours },
    },
  });
  const [a, b, c] = ['a', 'b', 'c'].map((key) => sdkFor(simulator, key));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  // Bytes that a careless reader of forms would take for the end of a part.
  const content = Buffer.from('first\r\n--second\r\n\r\n\0third\r\n');
  const uploaded = await a.files.create({ file: await toFile(content, 'f.jsonl'), purpose: 'batch' });
  assert.deepEqual(
    [uploaded.bytes, uploaded.filename, uploaded.purpose],
    [content.length, 'f.jsonl', 'batch'],
  );
  assert.deepEqual(Buffer.from(await (await b.files.content(uploaded.id)).arrayBuffer()), content);
  assert.equal((await Array.fromAsync(b.files.list())).length, 1);
  assert.equal((await Array.fromAsync(c.files.list())).length, 0);
  await assert.rejects(c.files.retrieve(uploaded.id), NotFoundError);
  await assert.rejects(c.files.delete(uploaded.id), NotFoundError);
  assert.ok((await b.files.delete(uploaded.id)).deleted);
  await assert.rejects(a.files.retrieve(uploaded.id), NotFoundError);
});

void test('the SDK raises the errors it has for each refusal', async (context) => {
  const simulator = await simulatorFor(context, {
    keys: {
      dead: { behaviours: [{ kind: 'invalid-key' }] },
      broke: { behaviours: [{ kind: 'out-of-credit' }] },
      limited: { behaviours: [{ kind: 'rate-limited', retryAfter: 20 }] },
      failing: { behaviours: [{ kind: 'server-error' }] },
      refused: { behaviours: [{ kind: 'refuse' }] },
      late: { behaviours: [{ kind: 'error-event', afterChunks: 1 }] },
    },
  });
  const raisedBy = async (key: string): Promise<unknown> => {
    const body = { model: 'm', messages: MESSAGES, stream: true as const };
    try {
      await Array.fromAsync(await sdkFor(simulator, key).chat.completions.create(body));
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const dead = await raisedBy('dead');
  assert.ok(dead instanceof AuthenticationError && dead.code === 'invalid_api_key');
  const broke = await raisedBy('broke');
  assert.ok(broke instanceof RateLimitError && broke.code === 'insufficient_quota');
  const limited = await raisedBy('limited');
  assert.ok(limited instanceof RateLimitError && limited.headers.get('retry-after') === '20');
  assert.ok((await raisedBy('failing')) instanceof InternalServerError);
  assert.ok((await raisedBy('refused')) instanceof APIConnectionError);
  const late = await raisedBy('late');
  assert.ok(late instanceof APIError && late.code === 'server_error');
});

void test('a mistaken request gets the error OpenAI gives it', async (context) => {
  const simulator = await simulatorFor(context);
  for (const [asking, status, message] of [
    [{ body: Buffer.from('{"model":') }, 400, /parse the JSON body/u],
    [{ body: [] }, 400, /parse the JSON body/u],
    [{ body: { messages: [{ role: 'user', content: 'hi' }] } }, 400, /'model'/u],
    [{ body: { model: 'm' } }, 400, /'messages'/u],
    [{ path: '/v1/responses', body: { model: 'm' } }, 400, /'input'/u],
    [{ path: '/v1/embeddings', body: { model: 'm', input: 'a', dimensions: -1 } }, 400, /'dimensions'/u],
    [{ path: '/v1/files', body: {} }, 400, /'file'/u],
    [{ path: '/v1/nothing' }, 404, /Unknown request URL: POST \/v1\/nothing/u],
    [{ path: '/chat/completions' }, 404, /Unknown request URL: POST \/chat\/completions/u],
    [{ method: 'GET' }, 404, /Unknown request URL: GET/u],
    [{ path: '/v1/%E0%A4%A' }, 404, /Unknown request URL/u],
  ] as const) {
    const heard = await ask(simulator, asking);
    assert.equal(heard.status, status);
    assert.match(heard.body, /^\{"error":\{"message":.*"type":"invalid_request_error"/u);
    assert.match(heard.body, message);
  }
});

void test('the same request has the same bytes for an answer, and a request id of its own', async (context) => {
  const simulator = await simulatorFor(context);
  for (const body of [chat('hi'), STREAM]) {
    const [first, second] = [await ask(simulator, { body }), await ask(simulator, { body })];
    assert.equal(first.body, second.body);
    assert.notEqual(first.headers['x-request-id'], second.headers['x-request-id']);
    assert.notEqual((await ask(simulator, { body, key: 'other' })).body, first.body);
  }
});

void test('answers carry the headers OpenAI’s do', async (context) => {
  const { headers } = await ask(await simulatorFor(context));
  assert.match(String(headers['openai-organization']), /^org-sim/u);
  assert.match(String(headers['openai-processing-ms']), /^\d+$/u);
  assert.equal(headers['x-ratelimit-limit-requests'], '10000');
  assert.match(String(headers['x-ratelimit-reset-tokens']), /^\d+ms$/u);
});

void test('a key is taken from any of the headers keys come in', async (context) => {
  const simulator = await simulatorFor(context, { knownKeysOnly: true, keys: { k: { behaviours: [] } } });
  for (const headers of [
    { authorization: 'Bearer k' },
    { authorization: 'bearer k' },
    { authorization: '', 'x-api-key': 'k' },
    { authorization: '', 'api-key': 'k' },
  ]) {
    assert.equal((await ask(simulator, { headers })).status, 200);
  }
  const none = await ask(simulator, { headers: { authorization: '' } });
  assert.equal(none.status, 401);
  assert.match(none.body, /didn't provide an API key/u);
  const wrong = await ask(simulator, { key: 'wrong' });
  assert.match(wrong.body, /"code":"invalid_api_key"/u);
});
