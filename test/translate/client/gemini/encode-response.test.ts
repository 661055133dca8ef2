import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { GoogleGenAI } from '@google/genai';
import type { Part } from '@google/genai';
import * as fc from '../../../support/property.ts';
import * as z from 'zod';
import type { Json } from '../../../../src/base/json.ts';
import type { GenerateResult } from '../../../../src/translate/codec.ts';
import { packOpaqueState } from '../../../../src/translate/opaque-state.ts';
import { geminiClientCodec } from '../../../../src/translate/client/codecs.ts';
import {
  anyContent,
  CONTEXT,
  eventsIn,
  finish,
  interleaved,
  letterOf,
  partsOf,
  streamed,
  wholeAnswer,
} from '../sdk-responses.ts';
import type { Content } from '../sdk-responses.ts';

const GOOGLE = { google: { thoughtSignature: 'R09P' } };
const ANTHROPIC = { anthropic: { signature: 'Q0xB' } };
const HIDDEN = { anthropic: { redactedData: 'UkVE' } };
const part = z.looseObject({});
const answer = z.looseObject({
  candidates: z.array(
    z.looseObject({ content: z.looseObject({ parts: z.array(part) }), finishReason: z.string().optional() }),
  ),
});

function written(...content: Content[]): Json[] {
  return (
    answer.parse(geminiClientCodec.encodeResponse(wholeAnswer(content), CONTEXT)).candidates[0]?.content
      .parts ?? []
  );
}

/** What Google's own SDK gives of a stream. */
async function given(text: string): Promise<Part[]> {
  const { models } = new GoogleGenAI({ apiKey: 'unused' });
  const real = globalThis.fetch;
  const headers = { 'content-type': 'text/event-stream' };
  globalThis.fetch = () => Promise.resolve(new Response(text, { headers }));
  try {
    const parts: Part[] = [];
    for await (const piece of await models.generateContentStream({ model: 'm', contents: 'hi' }))
      parts.push(...(piece.candidates?.[0]?.content?.parts ?? []));
    return parts;
  } finally {
    globalThis.fetch = real;
  }
}

void suite('an answer for Gemini’s clients', () => {
  void test('has their names, and counts thinking beside it', () => {
    assert.deepEqual(
      geminiClientCodec.encodeResponse(wholeAnswer([{ type: 'text', text: 'hello' }]), CONTEXT),
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP', index: 0 },
        ],
        usageMetadata: {
          promptTokenCount: 100,
          candidatesTokenCount: 20,
          totalTokenCount: 150,
          thoughtsTokenCount: 30,
          cachedContentTokenCount: 30,
        },
        modelVersion: 'client-model',
        responseId: 'req_1',
      },
    );
  });

  const cases: readonly (readonly [name: string, content: Content, parts: readonly Json[]])[] = [
    [
      'a thought with Gemini’s signature as it is',
      { type: 'reasoning', text: 'so', providerMetadata: GOOGLE },
      [{ text: 'so', thought: true, thoughtSignature: 'R09P' }],
    ],
    [
      'a thought with another’s signature, marked',
      { type: 'reasoning', text: 'so', providerMetadata: ANTHROPIC },
      [{ text: 'so', thought: true, thoughtSignature: packOpaqueState(ANTHROPIC) }],
    ],
    [
      'a call, with its signature',
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"at":1}', providerMetadata: GOOGLE },
      [{ functionCall: { id: 'c1', name: 'look', args: { at: 1 } }, thoughtSignature: 'R09P' }],
    ],
    [
      'a call without arguments',
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '' },
      [{ functionCall: { id: 'c1', name: 'look', args: {} } }],
    ],
    [
      'a file',
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'UE5H' } },
      [{ inlineData: { mimeType: 'image/png', data: 'UE5H' } }],
    ],
    [
      'no call of a tool that the provider ran',
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{}', providerExecuted: true },
      [],
    ],
  ];
  for (const [name, content, parts] of cases)
    void test(`has ${name}`, () => assert.deepEqual(written(content), parts));

  void test('has hidden thinking, whole and in a stream', async () => {
    const hidden = [{ text: '', thought: true, thoughtSignature: packOpaqueState(HIDDEN) }];
    assert.deepEqual(written({ type: 'reasoning', text: '', providerMetadata: HIDDEN }), hidden);
    const parts = await given(
      streamed(geminiClientCodec, [
        { type: 'reasoning-start', id: '0', providerMetadata: HIDDEN },
        { type: 'reasoning-end', id: '0' },
        finish(),
      ]),
    );
    assert.deepEqual(parts, [...hidden, { text: '' }]);
  });

  const stops: readonly (readonly [GenerateResult['finishReason']['unified'], string])[] = [
    ['stop', 'STOP'],
    ['tool-calls', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['content-filter', 'SAFETY'],
    ['other', 'OTHER'],
  ];
  for (const [unified, reason] of stops)
    void test(`finishes for ${reason} where it ended with ${unified}`, () => {
      const ended = { unified, raw: 'x' };
      const encoded = [
        geminiClientCodec.encodeResponse(wholeAnswer([], ended), CONTEXT),
        ...eventsIn(streamed(geminiClientCodec, [finish(ended)])),
      ];
      for (const each of encoded) assert.equal(answer.parse(each).candidates[0]?.finishReason, reason);
    });
});

void suite('a stream of Gemini’s', () => {
  const content: readonly Content[] = [
    { type: 'text', text: 'I' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{}' },
  ];
  const parts = [...content.flatMap((each, at) => partsOf(each, `${at}`)), finish()];

  void test('is events where they are requested, and one list where they are not', () => {
    const events = streamed(geminiClientCodec, parts);
    assert.match(events, /^(?:data: .*\r\n\r\n){3}$/u);
    const list = streamed(geminiClientCodec, parts, { ...CONTEXT, query: '' });
    assert.deepEqual(JSON.parse(list), eventsIn(events));
    assert.equal(geminiClientCodec.encodeStream(CONTEXT).contentType, 'text/event-stream');
    assert.match(
      geminiClientCodec.encodeStream({ ...CONTEXT, query: '?key=k' }).contentType,
      /^application\/json/u,
    );
  });

  void test('has its usage and finish reason in its last piece alone', () => {
    const pieces = eventsIn(streamed(geminiClientCodec, parts)).map((data) => answer.parse(data));
    const lasts = pieces.filter((piece) => 'usageMetadata' in piece);
    assert.equal(lasts.length, 1);
    assert.equal(lasts[0], pieces.at(-1));
    assert.equal(pieces.at(-1)?.candidates[0]?.finishReason, 'STOP');
    const whole = z.looseObject({}).parse(geminiClientCodec.encodeResponse(wholeAnswer([]), CONTEXT));
    assert.deepEqual(lasts[0]?.['usageMetadata'], whole['usageMetadata']);
  });

  void test('loses nothing, however its parts are interleaved', async () => {
    const turns = fc.array(fc.nat(9), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyContent, turns, async (all, order) => {
        const streams = all.map((each, at) => partsOf(each, `${at}`));
        const encoded = await given(streamed(geminiClientCodec, [...interleaved(streams, order), finish()]));
        for (const [at, each] of all.entries()) {
          if (each.type === 'text') assert.equal(saidBy(at, encoded, false), each.text);
          if (each.type === 'reasoning') assert.equal(saidBy(at, encoded, true), each.text);
        }
        const calls = encoded.flatMap(({ functionCall: call }) => (call === undefined ? [] : [call]));
        const expected = written(...all).flatMap((each) => each['functionCall'] ?? []);
        assert.deepEqual(
          new Set(calls.map((each) => JSON.stringify(each))),
          new Set(expected.map((each) => JSON.stringify(each))),
        );
      }),
      { numRuns: 150 },
    );
  });
});

/** All content of the part whose letter it is, as thought or not. */
function saidBy(at: number, parts: readonly Part[], asThought: boolean): string {
  const all = parts.map(({ text = '', thought = false }) => (thought === asThought ? text : '')).join('');
  return all.replaceAll(new RegExp(`[^${letterOf(at)}]`, 'gu'), '');
}
