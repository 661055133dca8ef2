import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOOD_KEY, gatewayFor, simulatedProvider } from '../support/gateway.ts';
import type { ConfigParts } from '../support/gateway.ts';
import { ask, chat, streamedChat } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';
import { rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';

/*
 * Streams whose server left out the end of the last event: the empty line, or the end of its last line as well. A reader of
 * events would pass over it, and miss the end of the answer. Whoever asks, in whatever dialect, has all of it.
 */

const HEAD = rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']);

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function named(type: string, fields: object): string {
  return `event: ${type}\n${data({ type, ...fields })}`;
}

function chunk(delta: object, reason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: reason }];
  return data({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices });
}

const CHAT = chunk({ role: 'assistant', content: 'hello' }, null) + chunk({}, 'stop');
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

interface Upstream {
  readonly provider: ConfigParts;
  readonly stream: string;
}

/** Clients of all other dialects are translated for it. */
const ONLY_CHATS = { type: 'baichuan' };

const upstreams: Readonly<Record<string, Upstream>> = {
  'chats that end with [DONE]': { provider: ONLY_CHATS, stream: `${CHAT}data: [DONE]\n\n` },
  'chats that end with a reason': { provider: ONLY_CHATS, stream: CHAT },
  'chats that end with their usage': {
    provider: ONLY_CHATS,
    stream: CHAT + data({ id: 'c', object: 'chat.completion.chunk', choices: [], usage: USAGE }),
  },
  'chats whose thinking becomes text': {
    provider: { ...ONLY_CHATS, reasoningContentMode: 'concat' },
    stream: chunk({ reasoning_content: 'so' }, null) + CHAT,
  },
  messages: {
    provider: { type: 'claude' },
    stream: [
      named('message_start', {
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      }),
      named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hello' } }),
      named('content_block_stop', { index: 0 }),
      named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }),
      named('message_stop', {}),
    ].join(''),
  },
  gemini: {
    provider: { type: 'gemini' },
    stream:
      data({ candidates: [{ content: { role: 'model', parts: [{ text: 'hel' }] } }] }) +
      data({
        candidates: [{ content: { role: 'model', parts: [{ text: 'lo' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      }),
  },
  dify: {
    provider: { type: 'dify', botType: 'Chat' },
    stream:
      data({ event: 'message', conversation_id: 'c', message_id: 'd', answer: 'hello' }) +
      data({ event: 'message_end', conversation_id: 'c', message_id: 'd', metadata: { usage: USAGE } }),
  },
};

const clients: Readonly<Record<string, AskOptions>> = {
  chat: { body: streamedChat('hello') },
  'chat with usage': { body: streamedChat('hello', { stream_options: { include_usage: true } }) },
  messages: { path: '/v1/messages', body: { ...chat('hello'), stream: true, max_tokens: 9 } },
  responses: { path: '/v1/responses', body: { model: 'gpt-5', input: 'hello', stream: true } },
  gemini: {
    path: '/v1beta/models/gemini-3:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
  },
};

/** What differs in two answers to one request: ids and times. */
function comparable(text: string): string {
  return text
    .replaceAll(/\b(?:chatcmpl|msg|resp|rs|req|item)[\w-]*_[\w-]+|"(?:response)?[iI]d":"[^"]*"/g, 'ID')
    .replaceAll(/"(?:created|created_at|completed_at)":[\d.]+/g, 'AT');
}

for (const [name, { provider, stream }] of Object.entries(upstreams))
  void test(`a last event that nothing ended is one, in ${name}, and for every client`, async (t) => {
    let sent = stream;
    const upstream = await rawUpstream(t, ({ write }) => write(HEAD + rawChunk(sent) + rawChunk()));
    const parts = simulatedProvider({ url: upstream.origin }, [GOOD_KEY], {
      failover: { enabled: false },
      ...provider,
    });
    const gateway = await gatewayFor(t, { config: { providers: [parts] } });
    for (const [client, asking] of Object.entries(clients)) {
      sent = stream;
      const whole = await ask(gateway.url, asking);
      assert.equal(whole.status, 200, `${client}: ${whole.text}`);
      assert.match(whole.text, /hel/, client);
      for (const missing of ['\n', '\n\n']) {
        sent = stream.slice(0, -missing.length);
        const { text } = await ask(gateway.url, asking);
        assert.equal(comparable(text), comparable(whole.text), client);
      }
    }
    const lines = await gateway.requestsLogged(3 * Object.keys(clients).length);
    assert.ok(lines.every(({ attempts, failed }) => attempts === 1 && failed === undefined));
  });
