import { event, json, SERVER_SENT_EVENTS, type Answer, type StreamAnswer } from '../answer.ts';
import { anthropicErrors as errors } from '../vendor-errors/anthropic.ts';
import { anthropicFlaw, anthropicMessages, anthropicOptions } from './anthropic-request.ts';
import { inChunks } from './blocks.ts';
import type { Call } from './call.ts';
import { flawOf, questionOf } from './conversation.ts';
import { tokensIn } from './text.ts';
import { generateOutput, type Block, type EndReason, type ModelOutput } from './model-output.ts';

/** Prepares the right answer to a call of Anthropic's surface. */
export function anthropic(call: Call, models: readonly string[]): Answer {
  if (call.headers['anthropic-version'] === undefined)
    return errors.invalidRequest('anthropic-version: header is required');
  switch (`${call.method} ${call.operation}`) {
    case 'POST messages':
      return create(call);
    case 'POST count-tokens':
      return countTokens(call);
    case 'GET models':
      return listModels(call, models);
    default:
      return errors.unknownUrl(call.method, call.steps.join('/'));
  }
}

/** `POST /v1/messages` */
function create({ key, model, json: request, chunks }: Call): Answer {
  if (request === undefined) return errors.malformedJson;
  if (model === undefined) return errors.invalidRequest('model: Field required');
  const messages = anthropicMessages(request);
  const flaw = flawIn(messages) ?? anthropicFlaw(request);
  if (flaw !== undefined) return errors.invalidRequest(flaw);
  const generated = generateOutput({ key, model, messages, options: anthropicOptions(request), chunks });
  return request['stream'] === true ? stream(generated, model) : json(whole(generated, model));
}

function flawIn(messages: ReturnType<typeof anthropicMessages>): string | undefined {
  if (messages.every(({ role }) => role === 'system')) return 'messages: at least one message is required';
  return flawOf(messages);
}

/** `POST /v1/messages/count_tokens` */
function countTokens({ model, json: request }: Call): Answer {
  if (request === undefined) return errors.malformedJson;
  if (model === undefined) return errors.invalidRequest('model: Field required');
  return json({ input_tokens: tokensIn(questionOf(anthropicMessages(request)).allText) });
}

/** `GET /v1/models` */
function listModels({ model }: Call, models: readonly string[]): Answer {
  if (model === undefined) {
    const [first_id = null, last_id = null] = [models[0], models.at(-1)];
    return json({ data: models.map(describeModel), has_more: false, first_id, last_id });
  }
  return models.includes(model) ? json(describeModel(model)) : errors.modelNotFound(model);
}

function describeModel(id: string): object {
  return { type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' };
}

const STOP: Readonly<Record<EndReason, string>> = {
  done: 'end_turn',
  length: 'max_tokens',
  tools: 'tool_use',
  'stop-sequence': 'stop_sequence',
};

function whole(generated: ModelOutput, model: string): object {
  const { blocks, end, stopSequence = null, usage } = generated;
  return {
    ...emptyMessage(generated, model),
    content: blocks.map((block) => contentOf(block, block.pieces.join(''))),
    stop_reason: STOP[end],
    stop_sequence: stopSequence,
    usage: { ...inputUsage(generated), output_tokens: usage.output },
  };
}

function emptyMessage(generated: ModelOutput, model: string): object {
  return {
    id: `msg_sim${generated.tag}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...inputUsage(generated), output_tokens: 1 },
  };
}

/** Anthropic counts what a cache had apart. */
function inputUsage({ usage: { input, cached } }: Pick<ModelOutput, 'usage'>): object {
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    service_tier: 'standard',
  };
}

function contentOf(block: Block, text: string): object {
  switch (block.kind) {
    case 'thinking':
      return { type: 'thinking', thinking: text, signature: block.signature };
    case 'text':
      return { type: 'text', text };
    case 'call':
      return { type: 'tool_use', id: `toolu_sim${block.id}`, name: block.name, input: block.input };
  }
}

function stream(generated: ModelOutput, model: string): StreamAnswer {
  const { blocks, end, stopSequence = null, usage } = generated;
  const chunks = inChunks(blocks, {
    opening: (block, index) => [named('content_block_start', { index, content_block: announced(block) })],
    delta: (block, index, piece) => named('content_block_delta', { index, delta: deltaOf(block, piece) }),
    closing: (block, index) => {
      const stop = named('content_block_stop', { index });
      if (block.kind !== 'thinking') return [stop];
      const { signature } = block;
      return [named('content_block_delta', { index, delta: { type: 'signature_delta', signature } }), stop];
    },
  });
  const delta = { stop_reason: STOP[end], stop_sequence: stopSequence };
  return {
    kind: 'stream',
    contentType: SERVER_SENT_EVENTS,
    preamble: [
      named('message_start', { message: emptyMessage(generated, model) }),
      ...chunks.opening,
      named('ping', {}),
    ],
    output: chunks.output.map((events) => events.join('')),
    ending: [
      ...chunks.closing,
      named('message_delta', { delta, usage: { output_tokens: usage.output } }),
      named('message_stop', {}),
    ],
    errorEvents: (words) => [event(errors.embedded(words), 'error')],
  };
}

/** A block as it is announced: with nothing in it yet. */
function announced(block: Block): object {
  return block.kind === 'call'
    ? contentOf({ ...block, input: {} }, '')
    : contentOf(block.kind === 'thinking' ? { ...block, signature: '' } : block, '');
}

function deltaOf(block: Block, piece: string): object {
  switch (block.kind) {
    case 'thinking':
      return { type: 'thinking_delta', thinking: piece };
    case 'text':
      return { type: 'text_delta', text: piece };
    case 'call':
      return { type: 'input_json_delta', partial_json: piece };
  }
}

function named(type: string, fields: object): string {
  return event({ type, ...fields }, type);
}
