import * as fc from '../../support/property.ts';
import type { Json } from '../../../src/base/json.ts';
import type {
  ResponseContext,
  GenerateResult,
  ClientCodec,
  StreamPart,
} from '../../../src/translate/codec.ts';

/** The same answer as a stream of parts and as a whole. */
export interface Answer {
  readonly parts: readonly StreamPart[];
  readonly result: GenerateResult;
}

type Content = GenerateResult['content'][number];
type Finish = Extract<StreamPart, { readonly type: 'finish' }>;

export const USAGE: Finish['usage'] = {
  inputTokens: { total: 10, noCache: 7, cacheRead: 3, cacheWrite: 0 },
  outputTokens: { total: 8, text: 6, reasoning: 2 },
};

/** What a request was, for its answer. */
export function contextOf(body: Json = {}): ResponseContext {
  return { id: 'req_1', model: 'm', acceptedAt: 1_700_000_000_500, body, query: '' };
}

/** An answer of these parts, whole. */
export function resultOf(content: GenerateResult['content'], unified: Finish['finishReason']['unified']) {
  return { content, usage: USAGE, finishReason: { unified, raw: unified }, warnings: [] };
}

/** How every stream ends. */
export function finishOf(unified: Finish['finishReason']['unified']): StreamPart {
  return { type: 'finish', usage: USAGE, finishReason: { unified, raw: unified } };
}

/** Each frame that a stream becomes. @throws TypeError - where a part becomes anything but whole frames */
export function framesOf(
  codec: ClientCodec,
  parts: readonly StreamPart[],
  context: ResponseContext,
): string[] {
  const stream = codec.encodeStream(context);
  const pieces = [...parts.map((part) => stream.encode(part)), stream.end()];
  return pieces.flatMap((piece) => {
    if (piece !== '' && !piece.endsWith('\n\n'))
      throw new TypeError(`not whole frames: ${JSON.stringify(piece)}`);
    return piece.split('\n\n').slice(0, -1);
  });
}

/** The data of a frame. */
export function dataOf(frame: string): string {
  return frame.slice(frame.indexOf('data: ') + 'data: '.length);
}

/** Text that is not empty, cut anywhere. */
const deltas = fc.array(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), {
  minLength: 1,
  maxLength: 4,
});

/** Pieces of a JSON text, which some providers send whole behind the call alone. */
const input = fc.record({
  value: fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
  cuts: fc.array(fc.nat(40), { maxLength: 3 }),
  isStreamed: fc.boolean(),
});

interface Block {
  readonly parts: readonly StreamPart[];
  readonly content: Content;
}

function textBlock(pieces: readonly string[]): Block {
  return {
    parts: [
      { type: 'text-start', id: '0' },
      ...pieces.map((delta) => ({ type: 'text-delta' as const, id: '0', delta })),
      { type: 'text-end', id: '0' },
    ],
    content: { type: 'text', text: pieces.join('') },
  };
}

function thinkingBlock(pieces: readonly string[]): Block {
  return {
    parts: [
      { type: 'reasoning-start', id: '0' },
      ...pieces.map((delta) => ({ type: 'reasoning-delta' as const, id: '0', delta })),
      { type: 'reasoning-end', id: '0' },
    ],
    content: { type: 'reasoning', text: pieces.join('') },
  };
}

function callBlock(
  at: number,
  { value, cuts, isStreamed }: { value: Json; cuts: number[]; isStreamed: boolean },
): Block {
  const id = `call_${at}`;
  const text = JSON.stringify(value);
  const places = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
  const call = { type: 'tool-call' as const, toolCallId: id, toolName: `tool_${at}`, input: text };
  return {
    parts: [
      { type: 'tool-input-start', id, toolName: `tool_${at}` },
      ...(isStreamed ? pieces.map((delta) => ({ type: 'tool-input-delta' as const, id, delta })) : []),
      { type: 'tool-input-end', id },
      call,
    ],
    content: call,
  };
}

/** Answers of thinking, text and calls, whose pieces come in any order that keeps each one's own. */
export const answers: fc.Arbitrary<Answer> = fc
  .record({
    thinking: fc.option(deltas),
    text: fc.option(deltas),
    calls: fc.array(input, { maxLength: 3 }),
    turns: fc.array(fc.nat(4), { maxLength: 60 }),
  })
  .map(({ thinking, text, calls, turns: order }) => {
    const blocks = [
      ...(thinking === null ? [] : [thinkingBlock(thinking)]),
      ...(text === null ? [] : [textBlock(text)]),
      ...calls.map((call, at) => callBlock(at, call)),
    ];
    const unified = calls.length > 0 ? 'tool-calls' : 'stop';
    return {
      parts: [...interleaved(blocks, order), finishOf(unified)],
      result: resultOf(
        blocks.map(({ content }) => content),
        unified,
      ),
    };
  });

/** @param order - whose piece comes next, as long as they last */
function interleaved(blocks: readonly Block[], order: readonly number[]): StreamPart[] {
  const left = blocks.map(({ parts }) => [...parts]);
  const inTurn = order.flatMap((step) => left[step]?.splice(0, 1) ?? []);
  return [...inTurn, ...left.flat()];
}
