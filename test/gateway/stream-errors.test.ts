import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { asObject, objectsOf, parseObject } from '../../src/base/json.ts';
import type { Json } from '../../src/base/json.ts';
import { converseEvent } from '../support/aws-frames.ts';
import { startTestGateway } from '../support/gateway.ts';

/* An answer that has begun and fails: every client, before every provider, gets the error in the form of its own operation. */

const MESSAGE = 'Overloaded, said the provider';

/** How a provider's stream begins, with output, and how it says there that it failed. */
interface Provider {
  readonly type: string;
  readonly config: Json;
  readonly contentType: string;
  readonly begin: Buffer;
  readonly error: Buffer;
}

const event = (data: Json, name = ''): string =>
  `${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
const named = (...events: readonly Json[]) =>
  Buffer.from(events.map((each) => event(each, String(each['type']))).join(''));
const SSE = 'text/event-stream';

const delta = { index: 0, delta: { role: 'assistant', content: 'so' }, finish_reason: null };
const PROVIDERS: readonly Provider[] = [
  {
    type: 'mistral',
    config: {},
    contentType: SSE,
    begin: Buffer.from(
      event({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [delta] }),
    ),
    error: Buffer.from(event({ error: { message: MESSAGE, type: 'server_error', code: null, param: null } })),
  },
  {
    type: 'claude',
    config: {},
    contentType: SSE,
    begin: named(
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so' } },
    ),
    error: named({ type: 'error', error: { type: 'overloaded_error', message: MESSAGE } }),
  },
  {
    type: 'gemini',
    config: {},
    contentType: SSE,
    begin: Buffer.from(
      event({ candidates: [{ content: { role: 'model', parts: [{ text: 'so' }] }, index: 0 }] }),
    ),
    error: Buffer.from(event({ error: { code: 503, message: MESSAGE, status: 'UNAVAILABLE' } })),
  },
  {
    type: 'bedrock',
    config: { awsRegion: 'us-east-1' },
    contentType: 'application/vnd.amazon.eventstream',
    begin: Buffer.concat([
      converseEvent('messageStart', { role: 'assistant' }),
      converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'so' } }),
    ]),
    error: converseEvent('serviceUnavailableException', { message: MESSAGE }),
  },
];

interface Client {
  readonly path: string;
  readonly body: Json;
  /** The error that ends a stream. */
  readonly errorIn: (text: string) => Json | undefined;
}

const MESSAGES = [{ role: 'user', content: 'hi' }];
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };

/** Events, with their names where they have some. */
function eventsOf(text: string): { readonly name: string; readonly data: Json }[] {
  return text
    .split(/\r?\n\r?\n/u)
    .map((frame) => ({
      name: /^event: (.*)$/mu.exec(frame)?.[1] ?? '',
      data: /^data: (\{.*)$/mu.exec(frame)?.[1],
    }))
    .flatMap(({ name, data = '' }) => {
      const parsed = parseObject(data);
      return parsed === undefined ? [] : [{ name, data: parsed }];
    });
}

function object(value: unknown): Json {
  const found = asObject(value);
  assert.ok(found !== undefined, JSON.stringify(value));
  return found;
}

const CLIENTS: ReadonlyMap<string, Client> = new Map([
  [
    'chats',
    {
      path: '/v1/chat/completions',
      body: { messages: MESSAGES, stream: true },
      errorIn: (text) => {
        assert.ok(!text.includes('[DONE]'));
        const last = eventsOf(text).at(-1);
        assert.equal(last?.name, '');
        return object(last.data['error']);
      },
    },
  ],
  [
    'text completions',
    {
      path: '/v1/completions',
      body: { prompt: 'hi', stream: true },
      errorIn: (text) => {
        assert.ok(!text.includes('[DONE]'));
        return object(eventsOf(text).at(-1)?.data['error']);
      },
    },
  ],
  [
    'responses',
    {
      path: '/v1/responses',
      body: { input: 'hi', stream: true },
      errorIn: (text) => {
        const events = eventsOf(text);
        for (const [at, { name, data }] of events.entries()) {
          assert.equal(data['type'], name);
          assert.equal(data['sequence_number'], at);
        }
        const [error, failed] = events.slice(-2);
        assert.equal(error?.name, 'error');
        assert.equal(failed?.name, 'response.failed');
        const response = object(failed.data['response']);
        assert.equal(response['status'], 'failed');
        assert.equal(object(response['error'])['message'], error.data['message']);
        assert.ok(events.some(({ name }) => name === 'response.created'));
        return error.data;
      },
    },
  ],
  [
    'messages',
    {
      path: '/v1/messages',
      body: { messages: MESSAGES, max_tokens: 5, stream: true },
      errorIn: (text) => {
        const last = eventsOf(text).at(-1);
        assert.equal(last?.name, 'error');
        assert.equal(last.data['type'], 'error');
        return object(last.data['error']);
      },
    },
  ],
  [
    'content as events',
    {
      path: '/v1beta/models/m:streamGenerateContent?alt=sse',
      body: CONTENTS,
      errorIn: (text) => object(eventsOf(text).at(-1)?.data['error']),
    },
  ],
  [
    'content as a list',
    {
      path: '/v1beta/models/m:streamGenerateContent',
      body: CONTENTS,
      errorIn: (text) => {
        const list: unknown = JSON.parse(text);
        return object(objectsOf(list).at(-1)?.['error']);
      },
    },
  ],
]);

/** What a client gets of a stream that begins and then fails. */
async function failing(
  t: TestContext,
  provider: Provider,
  client: Client,
  fail: (response: ServerResponse) => void,
): Promise<Response> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': provider.contentType });
    response.write(provider.begin, () => fail(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const own = {
    id: 'p',
    type: provider.type,
    baseUrl: `http://127.0.0.1:${address.port}`,
    apiTokens: ['sk-1'],
  };
  const gateway = await startTestGateway({ config: { providers: [{ ...own, ...provider.config }] } });
  t.after(() => gateway.close());
  return fetch(gateway.url + client.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', ...client.body }),
  });
}

void suite('a stream that fails in the middle', () => {
  for (const provider of PROVIDERS)
    for (const [name, client] of CLIENTS) {
      // There they are passed on as they are, and what has to be said is said by the provider.
      const isOwn =
        (provider.type === 'mistral' && name === 'chats') ||
        (provider.type === 'claude' && name === 'messages') ||
        (provider.type === 'gemini' && name.startsWith('content'));
      if (isOwn) continue;

      void test(`by an error of ${provider.type}’s is an error for ${name}`, async (t) => {
        const response = await failing(t, provider, client, (server) => server.end(provider.error));
        assert.equal(response.status, 200);
        const text = await response.text();
        assert.match(text, /so/);
        assert.equal(client.errorIn(text)?.['message'], MESSAGE);
      });

      void test(`by a connection to ${provider.type} that breaks is an error for ${name}`, async (t) => {
        const response = await failing(t, provider, client, (server) => server.destroy());
        assert.equal(response.status, 200);
        const text = await response.text();
        assert.match(text, /so/);
        assert.equal(client.errorIn(text)?.['message'], 'The answer of the provider broke off.');
      });
    }
});

void suite('a stream that is passed on as it is', () => {
  const response = { id: 'resp_1', object: 'response', status: 'in_progress', output: [] };
  const begun: Provider = {
    type: 'openai',
    config: {},
    contentType: SSE,
    begin: named(
      { type: 'response.created', sequence_number: 0, response },
      { type: 'response.output_text.delta', sequence_number: 1, item_id: 'i', delta: '"sequence_number":7 ' },
      { type: 'response.output_text.delta', item_id: 'i', delta: 'so', sequence_number: 12 },
    ),
    error: Buffer.alloc(0),
  };
  const client = { path: '/v1/responses', body: { input: 'hi', stream: true }, errorIn: () => undefined };

  void test('goes on to count its events where it breaks', async (t) => {
    const text = await (await failing(t, begun, client, (server) => server.destroy())).text();
    const last = eventsOf(text).at(-1);
    assert.equal(last?.name, 'error');
    assert.equal(last.data['code'], 'upstream_broken');
    assert.equal(last.data['sequence_number'], 13);
  });
});

void suite('a stream that begins with an error', () => {
  for (const provider of PROVIDERS)
    for (const [name, client] of CLIENTS) {
      if (name !== 'responses' && name !== 'messages') continue;
      if (provider.type === 'claude' && name === 'messages') continue;
      void test(`of ${provider.type}’s is an error for ${name}, with a status`, async (t) => {
        const failed = { ...provider, begin: provider.error };
        const response = await failing(t, failed, client, (server) => server.end());
        assert.equal(response.status, 502);
        assert.equal(response.headers.get('content-type'), 'application/json');
        assert.match(await response.text(), new RegExp(MESSAGE));
      });
    }
});
