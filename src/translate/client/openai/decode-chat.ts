import { asObject, itemsOf, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { cacheRetentionOf } from '../../../catalog/prompt-cache.ts';
import { NotExpressible } from '../../codec.ts';
import type { NormalizedRequest, CallOptions } from '../../codec.ts';
import { definedOnly, droppedRetention, numberOf, firstPresent, textOf, unknownFields } from '../fields.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeChoice, decodeTools } from './decode-tools.ts';

/** Fields that are decoded, or concern the gateway alone. */
const KNOWN: ReadonlySet<string> = new Set([
  'frequency_penalty',
  'function_call',
  'functions',
  'include_reasoning',
  'max_completion_tokens',
  'max_tokens',
  'messages',
  'modalities',
  'model',
  'n',
  'parallel_tool_calls',
  'presence_penalty',
  'prompt_cache_retention',
  'reasoning',
  'reasoning_effort',
  'reasoning_max_tokens',
  'response_format',
  'safety_identifier',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
  'user',
]);

/** Decodes a request for a chat completion. */
export function decodeChat(body: Json): NormalizedRequest {
  if ((numberOf(body['n']) ?? 1) > 1) throw new NotExpressible('n asks for more than one answer');
  if (itemsOf(body['modalities']).includes('audio')) throw new NotExpressible('modalities asks for audio');
  const user = textOf(body['safety_identifier']) ?? textOf(body['user']);
  const { reasoning, thinkingTokens } = decodeReasoning(body);
  const { book, dropped } = decodeTools(body);
  return {
    options: {
      prompt: decodeMessages(body['messages'], book),
      ...decodeSampling(body),
      ...definedOnly({ reasoning, responseFormat: decodeFormat(body['response_format']) }),
      ...decodeChoice(body, book),
    },
    extraOptions: definedOnly({
      user,
      thinkingTokens,
      cacheRetention: cacheRetentionOf(body['prompt_cache_retention']),
      parallelTools:
        typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : undefined,
      showThinking:
        reasoning === undefined && thinkingTokens === undefined
          ? undefined
          : reasoning !== 'none' && !hidesThinking(body),
    }),
    dropped: [
      ...unknownFields(body, KNOWN),
      ...droppedRetention(body),
      ...dropped,
      ...(namesSpeakers(body) ? ['messages.name'] : []),
    ],
    ...(book.clientTools.length > 0 && { clientTools: book.clientTools }),
  };
}

/** Whether messages say who speaks, beside the role. The name of a tool, with its result, is no such name. */
function namesSpeakers({ messages }: Json): boolean {
  return objectsOf(messages).some(
    ({ role, name }) => role !== 'tool' && role !== 'function' && textOf(name) !== undefined,
  );
}

/** Sampling and length, in the fields that chats and text completions share. */
export function decodeSampling(body: Json): Partial<CallOptions> {
  const stop = typeof body['stop'] === 'string' ? [body['stop']] : itemsOf(body['stop']);
  const stopSequences = stop.filter((each) => typeof each === 'string');
  return definedOnly({
    maxOutputTokens: numberOf(firstPresent(body['max_completion_tokens'], body['max_tokens'])),
    temperature: numberOf(body['temperature']),
    topP: numberOf(body['top_p']),
    topK: numberOf(body['top_k']),
    seed: numberOf(body['seed']),
    presencePenalty: numberOf(body['presence_penalty']) || undefined,
    frequencyPenalty: numberOf(body['frequency_penalty']) || undefined,
    stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
  });
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** The effort of a name; undefined for unknown names. */
export function parseEffort(name: unknown): (typeof EFFORTS)[number] | undefined {
  return EFFORTS.find((effort) => effort === name);
}

/** `reasoning_effort`, or OpenRouter's `reasoning`, LiteLLM's `thinking`, the Higress plugin's `reasoning_max_tokens`. */
function decodeReasoning(body: Json) {
  const own = asObject(body['reasoning']);
  const thinking = asObject(body['thinking']);
  const isOff = own?.['enabled'] === false || thinking?.['type'] === 'disabled';
  const isOn = own?.['enabled'] === true || thinking?.['type'] === 'adaptive';
  const effort = parseEffort(body['reasoning_effort']) ?? parseEffort(own?.['effort']);
  const tokens = isOff
    ? undefined
    : numberOf(firstPresent(own?.['max_tokens'], thinking?.['budget_tokens'], body['reasoning_max_tokens']));
  return {
    reasoning: effort ?? (isOff ? 'none' : isOn && tokens === undefined ? USUAL_EFFORT : undefined),
    thinkingTokens: tokens,
  };
}

/** Of thinking that is switched on and no more: openrouter.ai/docs/use-cases/reasoning-tokens, `enabled` (2026-11-30). */
const USUAL_EFFORT = 'medium';

/** Whether the model is to think and not to show it, as OpenRouter's clients write it. */
function hidesThinking(body: Json): boolean {
  return asObject(body['reasoning'])?.['exclude'] === true || body['include_reasoning'] === false;
}

type Format = NonNullable<CallOptions['responseFormat']>;

/** Decodes the `response_format` of chats. */
export function decodeFormat(value: unknown): Format | undefined {
  const format = asObject(value);
  switch (format?.['type']) {
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return decodeSchemaFormat(asObject(format['json_schema']) ?? {});
    default:
      return undefined;
  }
}

/** Decodes a format with a schema. */
export function decodeSchemaFormat(described: Json): Format {
  const schema = asObject(described['schema']);
  const name = textOf(described['name']);
  const description = textOf(described['description']);
  return {
    type: 'json',
    ...(schema !== undefined && { schema }),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  };
}
