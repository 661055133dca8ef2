import Anthropic from '@anthropic-ai/sdk';
import * as fc from '../../support/property.ts';
import type {
  ResponseContext,
  GenerateResult,
  ClientCodec,
  StreamPart,
} from '../../../src/translate/codec.ts';

/* Results of the SDK, whole and as streams of parts, to be encoded in clients' dialects. */

export type Content = GenerateResult['content'][number];
type Finish = GenerateResult['finishReason'];
type Metadata = GenerateResult['providerMetadata'];

export const CONTEXT: ResponseContext = {
  id: 'req_1',
  model: 'client-model',
  acceptedAt: 0,
  body: {},
  query: '?alt=sse',
};

export const USAGE: GenerateResult['usage'] = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 30, cacheWrite: 10 },
  outputTokens: { total: 50, text: 20, reasoning: 30 },
};

export const STOP: Finish = { unified: 'stop', raw: 'stop' };

export function wholeAnswer(
  content: readonly Content[],
  finishReason = STOP,
  metadata?: Metadata,
): GenerateResult {
  return {
    content: [...content],
    finishReason,
    usage: USAGE,
    warnings: [],
    ...(metadata !== undefined && { providerMetadata: metadata }),
  };
}

export function finish(finishReason = STOP, metadata?: Metadata): StreamPart {
  return {
    type: 'finish',
    finishReason,
    usage: USAGE,
    ...(metadata !== undefined && { providerMetadata: metadata }),
  };
}

/** The stream parts of one part of a whole result: text by the character, signed as packages sign it. */
export function partsOf(content: Content, id: string): StreamPart[] {
  switch (content.type) {
    case 'text':
      return [
        { type: 'text-start', id },
        ...piecesOf(content.text).map((delta) => ({ type: 'text-delta' as const, id, delta })),
        { type: 'text-end', id },
      ];
    case 'reasoning': {
      const signature = content.providerMetadata;
      return [
        { type: 'reasoning-start', id },
        ...piecesOf(content.text).map((delta) => ({ type: 'reasoning-delta' as const, id, delta })),
        ...(signature === undefined
          ? []
          : [{ type: 'reasoning-delta' as const, id, delta: '', providerMetadata: signature }]),
        { type: 'reasoning-end', id },
      ];
    }
    case 'tool-call': {
      const { toolCallId, toolName, input } = content;
      return [
        { type: 'tool-input-start', id: toolCallId, toolName },
        ...piecesOf(input).map((delta) => ({ type: 'tool-input-delta' as const, id: toolCallId, delta })),
        { type: 'tool-input-end', id: toolCallId },
        content,
      ];
    }
    default:
      throw new TypeError(`no stream of ${content.type} is made here`);
  }
}

/** A text in pieces of one character. */
function piecesOf(text: string): string[] {
  return text.match(/./gsu) ?? [];
}

/** What a client codec encodes for a stream of parts, to its end. */
export function streamed(codec: ClientCodec, parts: readonly StreamPart[], context = CONTEXT): string {
  const stream = codec.encodeStream(context);
  return parts.map((part) => stream.encode(part)).join('') + stream.end();
}

/** The data of each event. */
export function eventsIn(text: string): unknown[] {
  return [...text.matchAll(/^data: (.*?)\r?$/gmu)].map(([, data = '']): unknown => JSON.parse(data));
}

/** What Anthropic's own SDK makes of a stream. */
export async function accumulated(text: string): Promise<Anthropic.Message> {
  const headers = { 'content-type': 'text/event-stream' };
  const api = new Anthropic({
    apiKey: 'unused',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(text, { headers })),
  });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  return api.messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage();
}

const SIGNED = { anthropic: { signature: 'Q0xB' } };

/** Any content. The text of each part is made of a letter of its own, so that it is recognized wherever it is encoded. */
export const anyContent: fc.Arbitrary<readonly Content[]> = fc
  .array(fc.record({ kind: fc.constantFrom('text', 'reasoning', 'tool-call'), length: fc.nat(4) }), {
    maxLength: 7,
  })
  .map((kinds) => kinds.map(({ kind, length }, at) => contentOf(kind, letterOf(at).repeat(length + 1), at)));

export function letterOf(at: number): string {
  return String.fromCodePoint(97 + at);
}

function contentOf(kind: 'text' | 'reasoning' | 'tool-call', text: string, at: number): Content {
  switch (kind) {
    case 'text':
      return { type: 'text', text };
    case 'reasoning':
      return { type: 'reasoning', text, providerMetadata: SIGNED };
    case 'tool-call':
      return {
        type: 'tool-call',
        toolCallId: `call_${at}`,
        toolName: 'look',
        input: JSON.stringify({ at: text }),
      };
  }
}

/** The streams of several parts in any order that keeps each one's own; `order` picks the next stream. */
export function interleaved(
  streams: readonly (readonly StreamPart[])[],
  order: readonly number[],
): StreamPart[] {
  const rest = streams.map((parts) => [...parts]);
  const written: StreamPart[] = [];
  for (let step = 0; rest.some((parts) => parts.length > 0); step++) {
    const open = rest.filter((parts) => parts.length > 0);
    const next = open[(order[step % order.length] ?? 0) % open.length]?.shift();
    if (next !== undefined) written.push(next);
  }
  return written;
}
