import type { ClientCodec, StreamPart } from '../../src/translate/codec.ts';

/**
 * A client codec that shows what the packages parse: a line of JSON for each part of a stream. Ids that they make up are
 * numbered in their order.
 */
export const plainClientCodec: ClientCodec = {
  decodeRequest: () => {
    throw new TypeError('no requests are decoded here');
  },
  encodeResponse: ({ content, finishReason, usage }) => ({ content, finishReason, usage: counts(usage) }),
  encodeStream: () => {
    const ids = new Map<string, string>();
    const named = (key: string, value: unknown): unknown => {
      if (value === undefined || typeof value !== 'string' || !/^(?:id|toolCallId)$/.test(key)) return value;
      if (!/^[A-Za-z0-9]{16}$/.test(value)) return value;
      const name = ids.get(value) ?? `made-up-${ids.size + 1}`;
      ids.set(value, name);
      return name;
    };
    return {
      contentType: 'text/event-stream',
      encode: (part) => `${JSON.stringify(shown(part), named)}\n`,
      end: () => 'END\n',
    };
  },
};

function shown(part: StreamPart): object {
  return part.type === 'finish' ? { ...part, usage: counts(part.usage) } : part;
}

type Usage = Extract<StreamPart, { readonly type: 'finish' }>['usage'];

function counts({ inputTokens, outputTokens }: Usage): object {
  return { inputTokens, outputTokens };
}
