import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import {
  anthropicClientCodec,
  geminiClientCodec,
  chatClientCodec,
  responsesClientCodec,
} from '../../src/translate/client/codecs.ts';
import { outgoing } from '../providers/outgoing.ts';
import {
  accumulated,
  CONTEXT,
  eventsIn,
  finish,
  partsOf,
  streamed,
  wholeAnswer,
} from './client/sdk-responses.ts';
import type { Content } from './client/sdk-responses.ts';
import { translatorFor, translatedFrom } from './translated.ts';

/* A model's call whose arguments are no JSON, or no object: its text is kept, and it is never a call without arguments. */

const CUT = '{"city":"Par';

function called(input: string): Content {
  return { type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input };
}

void suite('arguments that a model wrote and that are no object', () => {
  for (const input of [CUT, 'Paris', '["Paris"]', '"Paris"', '7']) {
    void test(`reach OpenAI’s clients as they came: ${input}`, () => {
      const answer = wholeAnswer([called(input)]);
      const parts = [...partsOf(called(input), 'p'), finish()];
      const quoted = JSON.stringify(input);
      assert.ok(
        JSON.stringify(chatClientCodec.encodeResponse(answer, CONTEXT)).includes(`"arguments":${quoted}`),
      );
      assert.ok(
        JSON.stringify(responsesClientCodec.encodeResponse(answer, CONTEXT)).includes(
          `"arguments":${quoted}`,
        ),
      );
      const streamedArguments = eventsIn(streamed(chatClientCodec, parts).replace('data: [DONE]', ''))
        .flatMap((event) => /"arguments":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(event))?.[1] ?? [])
        .map((text): unknown => JSON.parse(text));
      assert.equal(streamedArguments.join(''), input);
      assert.ok(streamed(responsesClientCodec, parts).includes(`"arguments":${quoted}`));
    });

    void test(`reach clients that take objects alone as an object with all of the text: ${input}`, () => {
      const answer = wholeAnswer([called(input)]);
      const written = JSON.stringify({ INVALID_JSON: input });
      assert.ok(
        JSON.stringify(anthropicClientCodec.encodeResponse(answer, CONTEXT)).includes(`"input":${written}`),
      );
      assert.ok(
        JSON.stringify(geminiClientCodec.encodeResponse(answer, CONTEXT)).includes(`"args":${written}`),
      );
      assert.ok(
        streamed(geminiClientCodec, [...partsOf(called(input), 'p'), finish()]).includes(`"args":${written}`),
      );
    });
  }

  void test('are none where nothing was written, or null', async () => {
    for (const input of ['', ' ', 'null']) {
      assert.match(
        JSON.stringify(anthropicClientCodec.encodeResponse(wholeAnswer([called(input)]), CONTEXT)),
        /"input":\{\}/,
      );
      assert.match(
        JSON.stringify(geminiClientCodec.encodeResponse(wholeAnswer([called(input)]), CONTEXT)),
        /"args":\{\}/,
      );
    }
    const { content } = await accumulated(
      streamed(anthropicClientCodec, [...partsOf(called(''), 'p'), finish()]),
    );
    assert.deepEqual(content[0], { type: 'tool_use', id: 'c1', name: 'weather', input: {} });
  });

  void test('stream to Anthropic’s clients in the pieces in which they came', () => {
    const text = streamed(anthropicClientCodec, [
      ...partsOf(called(CUT), 'p'),
      finish({ unified: 'length', raw: 'length' }),
    ]);
    const pieces = [...text.matchAll(/"partial_json":("(?:[^"\\]|\\.)*")/g)];
    assert.equal(pieces.map(([, piece = '""']): unknown => JSON.parse(piece)).join(''), CUT);
    assert.match(text, /"stop_reason":"max_tokens"/);
  });

  void test('are read from a provider as it wrote them', async () => {
    const call = { index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: CUT } };
    const chunks = [
      { choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
    ].map((chunk) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
    const { text, isWhole } = await translatedFrom(openaiChatCodec, 'm', [
      ...chunks,
      Buffer.from('data: [DONE]\n\n'),
    ]);
    assert.ok(isWhole);
    assert.ok(text.includes(`"toolName":"weather","input":${JSON.stringify(CUT)}`), text);
    const { index: _, ...whole } = call;
    const message = { role: 'assistant', content: null, tool_calls: [whole] };
    const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] });
    const written = await (
      await translatorFor(openaiChatCodec, 'm', { stream: false })
    ).translateWhole(200, {}, Buffer.from(body));
    assert.ok(written.toString().includes(`"input":${JSON.stringify(CUT)}`), written.toString());
  });
});

void suite('arguments that a provider of OpenAI’s chats answered in another form than text', () => {
  for (const [written, read] of [
    [{ city: 'Paris' }, '{"city":"Paris"}'],
    [null, '{}'],
    [undefined, '{}'],
    [['Paris'], '["Paris"]'],
    ['{"city":"Paris"}', '{"city":"Paris"}'],
  ] as const) {
    void test(`are read as text: ${JSON.stringify(written)}`, async () => {
      const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: written } };
      const message = { role: 'assistant', content: null, tool_calls: [call] };
      const body = JSON.stringify(
        { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
        undefined,
        1,
      );
      const answer = await (
        await translatorFor(openaiChatCodec, 'm', { stream: false })
      ).translateWhole(200, { 'content-type': 'application/json' }, Buffer.from(body));
      assert.ok(answer.toString().includes(`"input":${JSON.stringify(read)}`), answer.toString());
    });
  }
});

void suite('such arguments in an earlier turn', () => {
  const request = {
    path: '/v1/chat/completions',
    body: {
      model: 'm',
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: CUT } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'Your arguments are no JSON.' },
      ],
    },
  };
  const key = { apiTokens: ['sk-0123456789'] };
  for (const parts of [
    { id: 'p', type: 'claude', ...key },
    { id: 'p', type: 'gemini', ...key },
    { id: 'p', type: 'bedrock', awsRegion: 'us-east-1', ...key },
  ]) {
    void test(`go to ${parts.type} as an object with all of the text`, async () => {
      const { body } = await outgoing(parts, request);
      assert.ok(body.includes(JSON.stringify({ INVALID_JSON: CUT })), body);
    });
  }

  for (const [input, written] of [
    ['{"city":"Paris"}', { city: 'Paris' }],
    [CUT, { INVALID_JSON: CUT }],
    ['', {}],
    [null, {}],
    [['Paris'], { INVALID_JSON: '["Paris"]' }],
    [{ city: 'Paris' }, { city: 'Paris' }],
  ]) {
    void test(`are an object whatever form they have: ${JSON.stringify(input)}`, () => {
      const use = { type: 'tool_use', id: 'c1', name: 'weather', input };
      const messages = [{ role: 'assistant', content: [use] }];
      const call = { functionCall: { name: 'weather', args: input } };
      const chatCall = { id: 'c1', type: 'function', function: { name: 'weather', arguments: input } };
      const item = { type: 'function_call', call_id: 'c1', name: 'weather', arguments: input };
      for (const { options } of [
        anthropicClientCodec.decodeRequest({ messages }),
        geminiClientCodec.decodeRequest({ contents: [{ role: 'model', parts: [call] }] }),
        chatClientCodec.decodeRequest({ messages: [{ role: 'assistant', tool_calls: [chatCall] }] }),
        responsesClientCodec.decodeRequest({ input: [item] }),
      ]) {
        const [message] = options.prompt;
        assert.ok(message?.role === 'assistant' && message.content[0]?.type === 'tool-call');
        assert.deepEqual(message.content[0].input, written);
      }
    });
  }
});
