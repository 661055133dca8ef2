import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import {
  gatewayFor,
  simulatedProvider,
  GOOD_KEY,
  type ConfigParts,
  type TestGateway,
} from '../support/gateway.ts';
import { ask, chat, type AskOptions } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';

/* What is no answer, or comes in a form that was not requested, from a provider that speaks another dialect. */

const CLIENTS = {
  chat: (stream, model) => ({ body: chat('hi', { stream, model }) }),
  responses: (stream, model) => ({ path: '/v1/responses', body: { model, input: 'hi', stream } }),
  messages: (stream, model) => ({
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: chat('hi', { max_tokens: 9, stream, model }),
  }),
  // Without `alt=sse` a stream is a list of JSON, in which no error can be reported.
  gemini: (stream, model) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  }),
} as const satisfies Readonly<Record<string, (stream: boolean, model: string) => AskOptions>>;

const PROVIDERS = {
  openai: { type: 'openai' },
  claude: { type: 'claude', modelMapping: { '*': 'claude-sonnet-4-5' } },
  gemini: { type: 'gemini', modelMapping: { '*': 'gemini-2.5-flash' } },
  bedrock: {
    type: 'bedrock',
    awsRegion: 'us-east-1',
    modelMapping: { '*': 'anthropic.claude-sonnet-4-5' },
  },
} as const satisfies Readonly<Record<string, ConfigParts>>;

interface Odd {
  readonly what: string;
  readonly answer: string;
  /** Where it is none of these, it is odd for a stream and for a whole answer. */
  readonly requested?: 'stream' | 'whole';
  readonly from: readonly (keyof typeof PROVIDERS)[];
}

const json = (body: string): string => rawAnswer('200 OK', ['content-type: application/json'], body);
const events = (body: string): string => rawAnswer('200 OK', ['content-type: text/event-stream'], body);
const CHAT_ANSWER =
  '{"choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}]}';
const CHAT_EVENTS =
  'data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const ALL = ['openai', 'claude', 'gemini', 'bedrock'] as const;

const odd: readonly Odd[] = [
  {
    what: 'a page',
    answer: rawAnswer('200 OK', ['content-type: text/html'], '<html>Sign in</html>'),
    from: ALL,
  },
  { what: 'an empty object', answer: json('{}'), from: ALL },
  { what: 'no content', answer: 'HTTP/1.1 204 No Content\r\n\r\n', from: ALL },
  { what: 'content to be reset', answer: 'HTTP/1.1 205 Reset Content\r\n\r\n', from: ALL },
  { what: 'nothing', answer: json(''), from: ALL },
  { what: 'no choices', answer: json('{"choices":[]}'), from: ['openai'] },
  { what: 'a choice that is none', answer: json('{"choices":[{"message":{}}]}'), from: ['openai'] },
  { what: 'a message without words or a reason', answer: json('{"content":[]}'), from: ['claude'] },
  { what: 'a candidate that is none', answer: json('{"candidates":[{}]}'), from: ['gemini'] },
  { what: 'an output without a reason', answer: json('{"output":{}}'), from: ['bedrock'] },
  { what: 'a whole answer', answer: json(CHAT_ANSWER), requested: 'stream', from: ['openai'] },
  {
    what: 'a whole answer that calls itself a stream',
    answer: events(CHAT_ANSWER),
    requested: 'stream',
    from: ['openai'],
  },
  { what: 'a stream', answer: events(CHAT_EVENTS), requested: 'whole', from: ['openai'] },
  {
    what: 'a stream of its end',
    answer: events('data: {"choices":[]}\n\ndata: [DONE]\n\n'),
    from: ['openai'],
  },
  {
    what: 'what was encoded although it was not to be',
    answer: rawAnswer('200 OK', ['content-type: application/json', 'content-encoding: gzip'], CHAT_ANSWER),
    from: ['openai'],
  },
];

async function gatewayBefore(t: TestContext, answer: string, provider: ConfigParts): Promise<TestGateway> {
  const upstream = await rawUpstream(t, ({ write }) => write(answer));
  return gatewayFor(t, {
    config: (simulator) => ({
      providers: [
        simulatedProvider(simulator, [GOOD_KEY], { id: 'odd', ...provider, baseUrl: upstream.origin }),
        simulatedProvider(simulator, [GOOD_KEY], { id: 'good' }),
      ],
      routes: [
        { model: 'gpt-5', to: ['odd', 'good'] },
        { model: '*', to: ['odd'] },
      ],
    }),
  });
}

void suite('what cannot be translated', () => {
  for (const { what, answer, requested, from } of odd) {
    for (const name of from) {
      for (const kind of ['stream', 'whole'] as const) {
        if (requested !== undefined && requested !== kind) continue;
        void test(`${what} for a ${kind} from ${name} is tried elsewhere, then an error with a status`, async (t) => {
          const gateway = await gatewayBefore(t, answer, PROVIDERS[name]);
          const [first, second] =
            name === 'openai' ? [CLIENTS.gemini, CLIENTS.messages] : [CLIENTS.chat, CLIENTS.responses];
          const response = await ask(gateway.url, first(kind === 'stream', 'gpt-5'));
          assert.equal(response.status, 200, response.text);
          assert.ok(response.whole && !response.text.includes('upstream_broken'), response.text);
          assert.deepEqual(
            [response.headers['x-sparekey-provider'], response.headers['x-sparekey-attempts']],
            ['good', '2'],
          );
          for (const client of [first, second]) {
            const failed = await ask(gateway.url, client(kind === 'stream', 'other'));
            assert.equal(failed.status, 502);
            assert.match(failed.text, /"error"/);
            assert.ok(failed.whole);
          }
          const [line] = await gateway.requestsLogged(1);
          assert.equal(line?.failed?.[0]?.verdict, 'overloaded');
        });
      }
    }
  }
});
