import type { Json } from '../../../base/json.ts';
import { finishWords } from '../../../dialects/finish/finish-reasons.ts';
import type { ResponseContext, GenerateResult } from '../../codec.ts';
import { idWithState, packOpaqueState, opaqueStateOf } from '../../opaque-state.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { meaningOf } from '../finish.ts';

type Content = GenerateResult['content'][number];
type Metadata = Extract<Content, { readonly type: 'reasoning' }>['providerMetadata'];

/** Encodes a whole message. */
export function encodeMessage(
  { content, finishReason, usage, providerMetadata }: GenerateResult,
  context: ResponseContext,
): object {
  const blocks = content.flatMap(blockOf);
  const hasCalls = blocks.some((block) => block['type'] === 'tool_use');
  return {
    ...heading(context),
    content: blocks,
    ...stopOf(finishReason, hasCalls, providerMetadata),
    usage: usageOf(usage),
  };
}

/** The first fields of a message, whole or in a stream. */
export function heading({ id, model }: ResponseContext) {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model };
}

function blockOf(part: Content): Json[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: null }];
    case 'reasoning':
      return thinkingBlocks(part.text, part.providerMetadata);
    case 'tool-call':
      if (part.providerExecuted === true) return [];
      return [
        {
          type: 'tool_use',
          id: idWithState(part.toolCallId, googleState(part.providerMetadata)),
          name: part.toolName,
          input: argumentsOf(part.input),
        },
      ];
    default:
      return [];
  }
}

function thinkingBlocks(thinking: string, metadata: Metadata): Json[] {
  const data = redactedOf(metadata);
  if (data !== undefined) return [{ type: 'redacted_thinking', data }];
  const signature = signatureOf(metadata);
  return thinking === '' && signature === '' ? [] : [{ type: 'thinking', thinking, signature }];
}

/** Redacted thinking: Anthropic's own as it is, Bedrock's as packed state. */
export function redactedOf(metadata: Metadata): string | undefined {
  const state = opaqueStateOf(metadata);
  const own = state?.['anthropic']?.['redactedData'];
  if (typeof own === 'string') return own;
  return state?.['amazonBedrock']?.['redactedContent'] === undefined ? undefined : packOpaqueState(state);
}

/**
 * The signature of a thinking block: Anthropic's own as it is, so that Anthropic takes it in the next turn whichever provider
 * made it; any other as packed state.
 */
export function signatureOf(metadata: Metadata): string {
  const state = opaqueStateOf(metadata);
  if (state === undefined) return '';
  const own = state['anthropic']?.['signature'] ?? state['amazonBedrock']?.['signature'];
  return typeof own === 'string' ? own : packOpaqueState(state);
}

/** Only Gemini signs calls. */
export function googleState(metadata: Metadata) {
  const google = opaqueStateOf(metadata)?.['google'];
  return google === undefined ? undefined : { google };
}

/** Why a message ended. A stop sequence is named where the provider names it. */
export function stopOf(
  finish: GenerateResult['finishReason'],
  hasCalls: boolean,
  metadata: GenerateResult['providerMetadata'],
) {
  const sequence = metadata?.['anthropic']?.['stopSequence'] ?? metadata?.['amazonBedrock']?.['stopSequence'];
  const stop_reason = finishWords[meaningOf(finish, hasCalls)].anthropic;
  return { stop_reason, stop_sequence: sequence ?? null };
}

/**
 * Tokens of a message. Anthropic counts cached ones apart.
 * @param estimated - tokens of the request, where its provider tells none
 */
export function usageOf({ inputTokens, outputTokens }: GenerateResult['usage'], estimated = 0) {
  const read = inputTokens.cacheRead ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  const total = inputTokens.total ?? estimated;
  return {
    input_tokens: inputTokens.noCache ?? Math.max(0, total - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: outputTokens.total ?? 0,
  };
}
