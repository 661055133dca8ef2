import { json, type Answer, type StreamAnswer } from '../answer.ts';
import { FAILURE, bedrockErrors as errors } from '../vendor-errors/bedrock.ts';
import { AWS_EVENT_STREAM, awsFrame } from './aws-frames.ts';
import { converseFlaw, converseMessages, converseOptions } from './bedrock-request.ts';
import { inChunks } from './blocks.ts';
import type { Call } from './call.ts';
import { flawOf } from './conversation.ts';
import { invokeImages } from './images.ts';
import {
  generateOutput,
  type Block,
  type EndReason,
  type ModelOutput,
  type TokenCounts,
} from './model-output.ts';

/** Prepares the right answer to a call of Bedrock's surface: Converse, and models that make images in their own format. */
export function bedrock({ key, model = '', method, json: request, chunks, steps }: Call): Answer {
  if (method !== 'POST') return errors.unknownUrl(method, steps.join('/'));
  if (request === undefined) return errors.malformedJson;
  if (steps.at(-1) === 'invoke') return invokeImages(request, model);
  const messages = converseMessages(request);
  const flaw = converseFlaw(request) ?? flawOf(messages);
  if (flaw !== undefined) return errors.invalidRequest(flaw);
  const generated = generateOutput({ key, model, messages, options: converseOptions(request), chunks });
  return steps.at(-1) === 'converse-stream' ? stream(generated) : json(whole(generated));
}

const STOP: Readonly<Record<EndReason, string>> = {
  done: 'end_turn',
  length: 'max_tokens',
  tools: 'tool_use',
  'stop-sequence': 'stop_sequence',
};

const METRICS = { latencyMs: 1 };

function whole({ blocks, end, usage }: ModelOutput): object {
  const content = blocks.map((block) => contentOf(block, block.pieces.join('')));
  return {
    metrics: METRICS,
    output: { message: { role: 'assistant', content } },
    stopReason: STOP[end],
    usage: usageOf(usage),
  };
}

/** What a cache had is counted apart. */
function usageOf({ input, cached, output }: TokenCounts): object {
  return {
    inputTokens: input - cached,
    outputTokens: output,
    totalTokens: input + output,
    ...(cached > 0 && { cacheReadInputTokens: cached, cacheWriteInputTokens: 0 }),
  };
}

function contentOf(block: Block, text: string): object {
  switch (block.kind) {
    case 'thinking':
      return { reasoningContent: { reasoningText: { text, signature: block.signature } } };
    case 'text':
      return { text };
    case 'call':
      return { toolUse: { ...called(block), input: block.input } };
  }
}

function called({ id, name }: Extract<Block, { readonly kind: 'call' }>): object {
  return { toolUseId: `tooluse_sim${id}`, name };
}

/** Blocks of text and thinking are not announced. */
function stream({ blocks, end, usage }: ModelOutput): StreamAnswer {
  const chunks = inChunks(blocks, {
    opening: (block, index) =>
      block.kind === 'call' ? [frame('contentBlockStart', index, { start: { toolUse: called(block) } })] : [],
    delta: (block, index, piece) => frame('contentBlockDelta', index, { delta: deltaOf(block, piece) }),
    closing: (block, index) => {
      const stop = frame('contentBlockStop', index);
      if (block.kind !== 'thinking') return [stop];
      const delta = { reasoningContent: { signature: block.signature } };
      return [frame('contentBlockDelta', index, { delta }), stop];
    },
  });
  return {
    kind: 'stream',
    contentType: AWS_EVENT_STREAM,
    preamble: [frame('messageStart', undefined, { role: 'assistant' }), ...chunks.opening],
    output: chunks.output.map((frames) => Buffer.concat(frames)),
    ending: [
      ...chunks.closing,
      frame('messageStop', undefined, { stopReason: STOP[end] }),
      frame('metadata', undefined, { metrics: METRICS, usage: usageOf(usage) }),
    ],
    errorEvents: ({ type = 'internalServerException', message = FAILURE } = {}) => {
      const exception = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
      const headers = {
        ':exception-type': exception,
        ':content-type': 'application/json',
        ':message-type': 'exception',
      };
      return [awsFrame(headers, { message })];
    },
  };
}

function deltaOf(block: Block, piece: string): object {
  switch (block.kind) {
    case 'thinking':
      return { reasoningContent: { text: piece } };
    case 'text':
      return { text: piece };
    case 'call':
      return { toolUse: { input: piece } };
  }
}

/** `p` is padding, so that the length of a frame is not that of its text. */
function frame(type: string, index: number | undefined, fields: object = {}): Buffer {
  return awsFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    { ...(index !== undefined && { contentBlockIndex: index }), ...fields, p: 'abcdefgh' },
  );
}
