import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as z from 'zod';
import type { ResponseContext, ClientCodec, StreamPart } from '../../../src/translate/codec.ts';
import {
  geminiClientCodec,
  chatClientCodec,
  responsesClientCodec,
} from '../../../src/translate/client/codecs.ts';

const CONTEXT: ResponseContext = { id: 'req_1', model: 'm', acceptedAt: 0, body: {}, query: '?alt=sse' };
const GOOGLE = { google: { thoughtSignature: 'R09PR0xF' } };
const ANTHROPIC = { anthropic: { signature: 'Q0xBVURF' } };
const CALL: readonly StreamPart[] = [
  { type: 'tool-input-start', id: 'call_1', toolName: 'look', providerMetadata: GOOGLE },
  { type: 'tool-input-delta', id: 'call_1', delta: '{}' },
  { type: 'tool-input-end', id: 'call_1' },
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'look', input: '{}', providerMetadata: GOOGLE },
];

const json = z.record(z.string(), z.unknown());
const chunk = z.object({
  candidates: z.array(z.object({ content: z.object({ parts: z.array(z.unknown()) }) })),
});

/** The data of each event that the parts become. */
function encoded(codec: ClientCodec, parts: readonly StreamPart[]): z.infer<typeof json>[] {
  const stream = codec.encodeStream(CONTEXT);
  const text = parts.map((part) => stream.encode(part)).join('');
  return [...text.matchAll(/^data: (.*)$/gmu)].map(([, data = '']) => json.parse(JSON.parse(data)));
}

void suite('what a provider wants to see again', () => {
  void test('stands in a piece of a call that has a function, as strict chat clients want', () => {
    const pieces = encoded(chatClientCodec, CALL).map(({ choices }) => JSON.stringify(choices));
    const signed = pieces.filter((piece) => piece.includes('R09PR0xF'));
    assert.equal(signed.length, 1);
    assert.match(signed[0] ?? '', /"index":0,"function":\{"arguments":""\},"extra_content"/u);
  });

  void test('reaches Gemini’s clients where a stream gives it behind the thinking, and comes back with all of it', () => {
    const pieces = encoded(geminiClientCodec, [
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'I ' },
      { type: 'reasoning-delta', id: '0', delta: 'think' },
      { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: ANTHROPIC },
      { type: 'reasoning-end', id: '0' },
      { type: 'text-delta', id: '1', delta: 'so' },
      { type: 'text-delta', id: '1', delta: '\n' },
    ]);
    const parts = pieces
      .flatMap((piece) => chunk.parse(piece).candidates)
      .flatMap(({ content }) => content.parts);
    const { options } = geminiClientCodec.decodeRequest({
      contents: [
        { role: 'model', parts },
        { role: 'user', parts: [{ text: 'why?' }] },
      ],
    });
    assert.deepEqual(options.prompt[0]?.content, [
      { type: 'reasoning', text: 'I think', providerOptions: ANTHROPIC },
      { type: 'text', text: 'so\n' },
    ]);
  });

  void test('stands before a call in responses, whole and streamed, and comes back with it', () => {
    const done = encoded(responsesClientCodec, [
      ...CALL,
      { type: 'finish', usage: USAGE, finishReason: { unified: 'tool-calls', raw: 'STOP' } },
    ]).filter(({ type }) => type === 'response.output_item.done');
    const streamed = done.map(({ item }) => item);
    const { options } = responsesClientCodec.decodeRequest({
      input: [{ role: 'user', content: 'hi' }, ...streamed],
    });
    assert.deepEqual(options.prompt[1]?.content, [
      { type: 'tool-call', toolCallId: 'call_1', toolName: 'look', input: {}, providerOptions: GOOGLE },
    ]);

    const call = CALL.at(-1);
    assert.ok(call?.type === 'tool-call');
    const whole = responsesClientCodec.encodeResponse(
      {
        content: [call],
        usage: USAGE,
        finishReason: { unified: 'tool-calls', raw: 'STOP' },
        warnings: [],
      },
      CONTEXT,
    );
    assert.deepEqual(Reflect.get(whole, 'output'), streamed);
  });
});

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};
