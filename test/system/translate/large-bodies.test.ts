import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { threads } from '../../../src/translate/threads/translation-threads.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawUpstream } from '../../support/raw-upstream.ts';

/*
 * What is large is not worked on where requests are served. How long anything takes is not measured here, but where it is
 * done: `npm run bench:loop` prints times.
 */

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
});

async function before(
  context: TestContext,
  provider: Readonly<Record<string, unknown>>,
): Promise<{ readonly url: string; readonly upstream: RawUpstream }> {
  const upstream = await rawUpstream(context, ({ write }) =>
    write(rawAnswer('200 OK', ['content-type: application/json'], ANSWER)),
  );
  const apiTokens = ['key-0123456789abcdef'];
  const providers = [{ id: 'p', type: 'openai', baseUrl: upstream.origin, apiTokens, ...provider }];
  return { url: (await gatewayFor(context, { config: { providers } })).url, upstream };
}

const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
});

const Conversation = z.array(
  z.object({
    role: z.string(),
    content: z.union([z.string(), z.array(z.object({ type: z.string() }))]),
  }),
);

const SMALL = 1_000;
const LARGE = 3_000_000;

function lastSent({ requests }: RawUpstream): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(requests.at(-1)?.body.toString() ?? ''));
}

/** Sends a chat of so many bytes. @returns how many jobs threads were given for it */
async function send(url: string, bytes: number, more: object = {}): Promise<number> {
  const jobs = threads.jobs;
  const answer = await ask(url, { body: chat('a b c d '.repeat(bytes / 8), more) });
  assert.equal(answer.status, 200, answer.text);
  return threads.jobs - jobs;
}

/** A conversation in Anthropic's dialect, of so many bytes. */
const turns = (bytes: number, signature: string): object => ({
  max_tokens: 100,
  messages: [
    { role: 'user', content: 'a b c d '.repeat(bytes / 8) },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature },
        { type: 'text', text: 'hi' },
      ],
    },
    { role: 'user', content: 'more' },
  ],
});

const answerWith = (thinking: string): string =>
  JSON.stringify({
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'hi', reasoning_content: thinking },
        finish_reason: 'stop',
      },
    ],
  });

void suite('a large body', () => {
  void test('is fitted to another vendor than OpenAI in a thread, as a small one is here', async (context) => {
    const { url, upstream } = await before(context, { type: 'mistral' });
    for (const [bytes, jobs] of [
      [SMALL, 0],
      [LARGE, 1],
    ] as const) {
      assert.equal(await send(url, bytes, { seed: 7 }), jobs);
      const { seed, random_seed: renamed } = lastSent(upstream);
      assert.deepEqual([seed, renamed], [undefined, 7]);
    }
  });

  void test('is edited in a thread, as a small one is here', async (context) => {
    const { url, upstream } = await before(context, {
      customSettings: [{ name: 'temperature', value: 0.25, mode: 'raw' }],
      modelMapping: { '*': 'mapped' },
    });
    for (const [bytes, jobs] of [
      [SMALL, 0],
      [LARGE, 1],
    ] as const) {
      assert.equal(await send(url, bytes), jobs);
      const { model, temperature, messages } = lastSent(upstream);
      assert.deepEqual([model, temperature], ['mapped', 0.25]);
      assert.ok(JSON.stringify(messages).length > bytes);
    }
  });

  void test('has its messages merged in a thread', async (context) => {
    const { url, upstream } = await before(context, { mergeConsecutiveMessages: true });
    const messages = Array.from({ length: 2 }, () => ({ role: 'user', content: 'a '.repeat(500_000) }));
    assert.equal(await send(url, SMALL, { messages }), 1);
    assert.equal(z.array(z.unknown()).parse(lastSent(upstream)['messages']).length, 1);
  });

  void test('gets what a provider’s configuration sets in a thread: translated in one, edited in one', async (context) => {
    const gemini = await before(context, {
      type: 'gemini',
      geminiSafetySetting: { HARM_CATEGORY_HATE_SPEECH: 'BLOCK_NONE' },
    });
    assert.equal(await send(gemini.url, LARGE), 2);
    assert.ok('safetySettings' in lastSent(gemini.upstream));
    const bedrock = await before(context, {
      type: 'bedrock',
      awsRegion: 'us-east-1',
      apiTokens: ['AKIDEXAMPLE0123456:secret-0123456789'],
      bedrockAdditionalFields: { top_k: 5 },
    });
    assert.equal(await send(bedrock.url, LARGE), 2);
    assert.deepEqual(lastSent(bedrock.upstream)['additionalModelRequestFields'], { top_k: 5 });
  });

  void test('passes through a thread only where it holds what its reader refuses', async (context) => {
    const { url, upstream } = await before(context, { type: 'claude' });
    upstream.answer = ({ write }) => write(rawAnswer('200 OK', ['content-type: application/json'], MESSAGE));
    for (const [bytes, signature, jobs, types] of [
      [SMALL, '', 0, ['text']],
      [LARGE, 'signed', 0, ['thinking', 'text']],
      [LARGE, '', 1, ['text']],
      [LARGE, 'sk1_foreign', 1, ['text']],
    ] as const) {
      const jobsBefore = threads.jobs;
      const body = { model: 'claude-sonnet-4-5', ...turns(bytes, signature) };
      const answer = await ask(url, { path: '/v1/messages', body });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(threads.jobs - jobsBefore, jobs);
      const sent = Conversation.parse(lastSent(upstream)['messages']);
      assert.deepEqual(
        [sent[1]?.content].flat().map((each) => (typeof each === 'object' ? each.type : each)),
        types,
      );
    }
  });

  void test('is one, too, where the text of a context makes it large', async (context) => {
    const file = createServer((_, answer) => answer.end('Be brief. '.repeat(100_000))).listen(0, '127.0.0.1');
    context.after(() => file.close());
    await once(file, 'listening');
    const address = file.address();
    assert.ok(address !== null && typeof address === 'object');
    const { url, upstream } = await before(context, {
      context: { fileUrl: `http://127.0.0.1:${address.port}/rules` },
    });
    assert.equal(await send(url, SMALL), 1);
    const sent = Conversation.parse(lastSent(upstream)['messages']);
    assert.deepEqual([sent[0]?.role, sent.length], ['system', 2]);
  });

  void test('that is an answer has its thinking shaped in a thread', async (context) => {
    const { url, upstream } = await before(context, { reasoningContentMode: 'concat' });
    for (const [bytes, jobs] of [
      [SMALL, 0],
      [LARGE, 1],
    ] as const) {
      const thinking = 'Hm. '.repeat(bytes / 4);
      upstream.answer = ({ write }) =>
        write(rawAnswer('200 OK', ['content-type: application/json'], answerWith(thinking)));
      const jobsBefore = threads.jobs;
      const { text } = await ask(url);
      assert.equal(threads.jobs - jobsBefore, jobs);
      assert.ok(text.includes(`<think>${thinking}</think>\\nhi`));
    }
  });

  void test('that asks for nothing of the kind is touched by nobody', async (context) => {
    const { url, upstream } = await before(context, {});
    assert.equal(await send(url, LARGE), 0);
    assert.equal(upstream.requests[0]?.header('content-length'), String(upstream.requests[0]?.body.length));
  });

  void test('is refused where a vendor’s own API would have it converted here', async (context) => {
    const { url, upstream } = await before(context, { type: 'dify' });
    const answer = await ask(url, { body: chat('a b c d '.repeat(LARGE / 8)) });
    assert.deepEqual([answer.status, answer.code], [400, 'not_expressible']);
    assert.match(answer.text, /larger than 2097152 bytes/u);
    assert.equal(upstream.requests.length, 0);
  });
});
