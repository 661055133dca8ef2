import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { finishWords } from '../../../dialects/finish/finish-reasons.ts';
import type { ResponseContext, GenerateResult } from '../../codec.ts';
import { packOpaqueState, opaqueStateOf } from '../../opaque-state.ts';
import { clientToolsOf } from '../client-tools.ts';
import { textOf } from '../fields.ts';
import { meaningOf } from '../finish.ts';
import { encodeCall } from './encode-call.ts';

type Content = GenerateResult['content'][number];
type Source = Extract<Content, { readonly type: 'source' }>;
type Metadata = Extract<Content, { readonly type: 'reasoning' }>['providerMetadata'];

/** Encodes a whole response. */
export function encodeResponse(
  { content, finishReason, usage }: GenerateResult,
  context: ResponseContext,
): object {
  const toolOf = clientToolsOf(context);
  const items: Json[] = [];
  for (const part of content) {
    const id = itemId(context, items.length);
    switch (part.type) {
      case 'text': {
        const last = items.at(-1);
        // Successive texts are one message.
        if (last?.['type'] === 'message') items[items.length - 1] = withText(last, part.text);
        else items.push(messageItem(id, textPart(part.text)));
        break;
      }
      case 'reasoning':
        items.push(reasoningItem(id, part.text, part.providerMetadata));
        break;
      case 'tool-call':
        if (part.providerExecuted === true) break;
        if (opaqueStateOf(part.providerMetadata) !== undefined)
          items.push(reasoningItem(id, '', part.providerMetadata));
        items.push(encodeCall(toolOf(part.toolName), itemId(context, items.length), part));
        break;
      case 'source': {
        const at = items.findLastIndex((item) => item['type'] === 'message');
        const item = items[at];
        if (item !== undefined) items[at] = withSource(item, part);
        break;
      }
      default:
    }
  }
  return { ...heading(context), ...endOf(finishReason), output: items, usage: usageOf(usage) };
}

/** An id that no item of another response has. */
export function itemId({ id }: ResponseContext, index: number): string {
  return `${id}_${index}`;
}

/** A complete message. */
export function messageItem(id: string, part: Json): Json {
  return { id: `msg_${id}`, type: 'message', status: 'completed', role: 'assistant', content: [part] };
}

/** The one part of a message. */
export function textPart(text: string, annotations: readonly Json[] = []): Json {
  return { type: 'output_text', text, annotations, logprobs: [] };
}

function withText(item: Json, text: string): Json {
  const [before] = objectsOf(item['content']);
  return { ...item, content: [{ ...before, text: textIn(before) + text }] };
}

function withSource(item: Json, source: Source): Json {
  const [before] = objectsOf(item['content']);
  const annotations = [...objectsOf(before?.['annotations']), ...annotationOf(source, textIn(before))];
  return { ...item, content: [{ ...before, annotations }] };
}

function textIn(part: Json | undefined): string {
  return textOf(part?.['text']) ?? '';
}

/** A web page that a response cites, as an annotation at the end of the text so far. */
export function annotationOf(source: Source, text: string): Json[] {
  if (source.sourceType !== 'url') return [];
  const { url, title = url } = source;
  return [{ type: 'url_citation', url, title, start_index: text.length, end_index: text.length }];
}

/**
 * A model's reasoning. The state that its provider wants back stands where OpenAI's own would; that of a call stands in an item
 * of its own before the call.
 */
export function reasoningItem(id: string, text: string, metadata: Metadata): Json {
  const state = opaqueStateOf(metadata);
  return {
    id: `rs_${id}`,
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    ...(state !== undefined && { encrypted_content: packOpaqueState(state) }),
  };
}

/** The fields of a response that echo its request, whole or in a stream. It is not stored. */
export function heading({ id, model, acceptedAt, body }: ResponseContext): Json {
  const reasoning = asObject(body['reasoning']);
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(acceptedAt / 1000),
    background: false,
    error: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: null,
    metadata: body['metadata'] ?? {},
    model,
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: { effort: reasoning?.['effort'] ?? null, summary: reasoning?.['summary'] ?? null },
    safety_identifier: body['safety_identifier'] ?? null,
    service_tier: 'default',
    store: false,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, ...asObject(body['text']) },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    user: body['user'] ?? null,
  };
}

/** Whether a response is complete, and what cut it short. */
export function endOf(finish: GenerateResult['finishReason']): Json {
  const word = finishWords[meaningOf(finish, false)].responses;
  switch (word) {
    case 'completed':
      return { status: 'completed', incomplete_details: null };
    case 'failed': {
      const message = `The model ended its answer with ${finish.raw ?? finish.unified}.`;
      return { status: 'failed', error: { code: 'server_error', message }, incomplete_details: null };
    }
    case 'max_output_tokens':
    case 'content_filter':
      return { status: 'incomplete', incomplete_details: { reason: word } };
  }
}

/** Tokens of a response. */
export function usageOf({ inputTokens, outputTokens }: GenerateResult['usage']): Json {
  const input = inputTokens.total ?? 0;
  const output = outputTokens.total ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: inputTokens.cacheRead ?? 0,
      cache_write_tokens: inputTokens.cacheWrite ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0 },
    total_tokens: input + output,
  };
}
