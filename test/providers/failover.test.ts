import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { providerTypes } from '../../src/catalog/provider-types.ts';
import { gatewayFor } from '../support/gateway.ts';
import type { ConfigParts } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import type { RawRequest } from '../support/raw-upstream.ts';
import { expected } from './expected-requests.ts';
import { event, frames, plainFrames } from './vendor/translated.ts';

const DEAD = 'dead-key-0123456789';
const GOOD = 'good-key-0123456789';

/** The dead one is to be met first. */
const KEYS = [
  { key: DEAD, weight: 1000 },
  { key: GOOD, weight: 0.001 },
];

/** What types with an API of their own need beside their name, and how they answer, whole and in a stream. */
const OWN: Readonly<Record<string, { options: ConfigParts; path: string; whole: string; stream: string }>> = {
  coze: {
    options: {},
    path: '/v3/chat',
    whole: '',
    stream: frames(
      event('conversation.message.delta', { type: 'answer', content: 'hello' }),
      event('conversation.chat.completed', { id: 'chat-1' }),
    ),
  },
  deepl: {
    options: { targetLang: 'DE' },
    path: '/v2/translate',
    whole: '{"translations":[{"text":"hello"}]}',
    stream: '',
  },
  dify: {
    options: {},
    path: '/chat-messages',
    whole: '{"answer":"hello","conversation_id":"c"}',
    stream: plainFrames({ event: 'message', answer: 'hello' }, { event: 'message_end' }),
  },
  triton: {
    options: {},
    path: '/models/m/generate',
    whole: '{"text_output":"hello"}',
    stream: plainFrames({ text_output: 'hello' }),
  },
};

const CHAT = {
  path: '/chat/completions',
  whole:
    '{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}',
  stream: `${plainFrames({ id: 'c', choices: [{ index: 0, delta: { content: 'hello' } }] })}data: [DONE]\n\n`,
};

function answerTo({ line, header, body }: RawRequest): string {
  const credentials = ['authorization', 'api-key', 'x-api-key'].map((name) => header(name) ?? '').join(' ');
  if (!credentials.includes(GOOD))
    return rawAnswer('401 Unauthorized', ['content-type: application/json'], '{"error":{"message":"no"}}');
  const type = /^POST \/([\w-]+)\//.exec(line)?.[1] ?? '';
  const { whole, stream } = OWN[type] ?? CHAT;
  const isStream = whole === '' || (stream !== '' && /"(?:stream":true|streaming")/.test(body.toString()));
  const contentType = `content-type: ${isStream ? 'text/event-stream' : 'application/json'}`;
  return rawAnswer('200 OK', [contentType], isStream ? stream : whole);
}

void describe('a dead first key is replaced by the second', () => {
  for (const type of [...Object.keys(expected), ...Object.keys(OWN)]) {
    void it(type, async (t) => {
      const upstream = await rawUpstream(t, ({ request, end }) => end(answerTo(request)));
      const usual = providerTypes.get(type)?.baseUrl ?? 'http://x/v1';
      const provider = {
        id: 'p',
        type,
        baseUrl: `${upstream.origin}/${type}${new URL(usual).pathname}`,
        apiTokens: KEYS,
        choice: 'random',
        failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
        ...OWN[type]?.options,
      };
      const gateway = await gatewayFor(t, { config: { providers: [provider] } });
      for (const stream of [false, true]) {
        const body = { model: 'm', stream, messages: [{ role: 'user', content: 'x' }] };
        const response = await ask(gateway.url, { body });
        assert.equal(response.status, 200, response.text);
        assert.match(response.text, /"content":"hello"/);
        assert.equal(response.text.endsWith('data: [DONE]\n\n'), stream);
      }
      assert.deepEqual(
        upstream.requests.map(({ header }) => header('authorization')?.includes(GOOD)),
        [false, true, true],
      );
      for (const { line } of upstream.requests) assert.match(line, pathOf(type));
    });
  }
});

void describe('a refusal inside a 200', () => {
  const refusals = {
    minimax: '{"id":"x","choices":null,"base_resp":{"status_code":1004,"status_msg":"login fail"}}',
    spark: '{"code":10313,"message":"appid is not authorised","sid":"s"}',
    coze: '{"code":4100,"msg":"authentication is invalid"}',
  };
  for (const [type, refusal] of Object.entries(refusals)) {
    void it(`takes the key of ${type} out, and another one answers`, async (t) => {
      const upstream = await rawUpstream(t, ({ request, end }) =>
        end(
          request.header('authorization')?.includes(GOOD) === true
            ? answerTo(request)
            : rawAnswer('200 OK', ['content-type: application/json'], refusal),
        ),
      );
      const usual = providerTypes.get(type)?.baseUrl ?? '';
      const gateway = await gatewayFor(t, {
        config: {
          providers: [
            {
              id: 'p',
              type,
              baseUrl: `${upstream.origin}/${type}${new URL(usual).pathname}`,
              apiTokens: KEYS,
              choice: 'random',
              failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
            },
          ],
        },
      });
      const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] };
      const response = await ask(gateway.url, { body });
      assert.match(response.text, /"content":"hello"/);
      assert.equal((await gateway.keyOf(DEAD, 'p')).state, 'out-of-service');
    });
  }
});

function pathOf(type: string): RegExp {
  const { path } = OWN[type] ?? CHAT;
  return type === 'minimax' ? /\/text\/chatcompletion_v2 / : new RegExp(`${path}(?:_stream)? HTTP`);
}
