import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestGateway } from '../support/gateway.ts';
import type { ConfigParts, TestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';

/*
 * A request's line in the log tells its tokens, whoever asks in whatever dialect, and whoever answers: the simulator counts the
 * same conversation alike for all of them, and each tells it in its own words.
 */

interface Vendor {
  readonly model: string;
  /** Of the simulator's addresses. */
  readonly basePath: string;
  readonly provider: ConfigParts;
  /** What of thinking its model does, and tells. */
  readonly thinks: 'openly' | 'untold' | 'never';
}

const vendors: Readonly<Record<string, Vendor>> = {
  openai: { model: 'gpt-5', basePath: '/v1', provider: { type: 'openai' }, thinks: 'openly' },
  claude: { model: 'claude-sonnet-4-5', basePath: '/v1', provider: { type: 'claude' }, thinks: 'untold' },
  gemini: { model: 'gemini-2.5-flash', basePath: '/v1beta', provider: { type: 'gemini' }, thinks: 'openly' },
  bedrock: {
    model: 'amazon.nova-pro-v1:0',
    basePath: '',
    provider: { type: 'bedrock', awsRegion: 'eu-west-1', apiTokens: ['AKIDFIRST0000000001:first/secret'] },
    thinks: 'never',
  },
};

const INSTRUCTIONS = 'You are a careful helper who answers shortly.';

interface Client {
  /** It asks for thinking. */
  readonly thinks?: true;
  /** Nobody else is asked in this dialect, nor translated from it. */
  readonly askedAlone?: string;
  readonly path: (model: string, stream: boolean) => string;
  readonly body: (model: string, stream: boolean) => object;
}

const clients: Readonly<Record<string, Client>> = {
  'chat completions': {
    thinks: true,
    path: () => '/v1/chat/completions',
    body: (model, stream) => ({
      model,
      stream,
      reasoning_effort: 'low',
      messages: [
        { role: 'system', content: INSTRUCTIONS },
        { role: 'user', content: 'hello' },
      ],
    }),
  },
  responses: {
    path: () => '/v1/responses',
    body: (model, stream) => ({ model, stream, store: false, instructions: INSTRUCTIONS, input: 'hello' }),
  },
  messages: {
    path: () => '/v1/messages',
    body: (model, stream) => ({
      model,
      stream,
      max_tokens: 1000,
      system: INSTRUCTIONS,
      messages: [{ role: 'user', content: 'hello' }],
    }),
  },
  Gemini: {
    path: (model, stream) =>
      `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () => ({
      systemInstruction: { parts: [{ text: INSTRUCTIONS }] },
      contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
    }),
  },
  Converse: {
    askedAlone: 'bedrock',
    path: (model, stream) => `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
    body: () => ({
      system: [{ text: INSTRUCTIONS }],
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
    }),
  },
};

void describe('the tokens of a request', { concurrency: false }, () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await startTestGateway({
      strict: ['openai', 'anthropic', 'gemini', 'bedrock'],
      config: ({ url }) => ({
        providers: Object.entries(vendors).map(([id, { basePath, provider }]) => ({
          id,
          baseUrl: new URL(url).origin + basePath,
          apiTokens: [`sk-${id}-0123456789abcdef`],
          ...provider,
        })),
        routes: Object.entries(vendors).map(([id, { model }]) => ({ model, to: [id] })),
      }),
    });
  });
  after(() => gateway.close());

  for (const [name, client] of Object.entries(clients)) {
    for (const [id, vendor] of Object.entries(vendors)) {
      if (client.askedAlone !== undefined && client.askedAlone !== id) continue;
      for (const stream of [false, true]) {
        void test(`${name}, answered by ${id}, ${stream ? 'as a stream' : 'whole'}`, async () => {
          const { model, thinks } = vendor;
          const seen = gateway.requests().length;
          const path = client.path(model, stream);
          const answer = await ask(gateway.url, { path, body: client.body(model, stream) });
          assert.equal(answer.status, 200, answer.text);
          const line = (await gateway.requestsLogged(seen + 1)).at(-1);
          const hasThought = client.thinks === true && thinks !== 'never';
          assert.deepEqual(line?.['tokens'], {
            input: 13,
            cachedInput: 12,
            output: hasThought ? 7 : 4,
            ...(hasThought && thinks === 'openly' && { reasoning: 3 }),
          });
        });
      }
    }
  }

  void test('a stream whose client did not ask for its usage does not show it', async () => {
    const seen = gateway.requests().length;
    const body = { model: 'gpt-5', stream: true, messages: [{ role: 'user', content: 'hello' }] };
    const answer = await ask(gateway.url, { body });
    assert.doesNotMatch(answer.text, /prompt_tokens/);
    const line = (await gateway.requestsLogged(seen + 1)).at(-1);
    assert.deepEqual(line?.['tokens'], { input: 2, output: 4 });
  });

  void test('embeddings have an input alone, and a count is none', async () => {
    const seen = gateway.requests().length;
    await ask(gateway.url, { path: '/v1/embeddings', body: { model: 'gpt-5', input: 'hello' } });
    const counted = { model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: 'hello' }] };
    const count = await ask(gateway.url, { path: '/v1/messages/count_tokens', body: counted });
    assert.match(count.text, /^\{"input_tokens":\d+\}$/);
    const [embedded, asked] = (await gateway.requestsLogged(seen + 2)).slice(-2);
    assert.deepEqual(embedded?.['tokens'], { input: 2 });
    assert.equal(asked?.['tokens'], undefined);
  });
});
