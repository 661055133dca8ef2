import { finishWords } from '../../../dialects/finish/finish-reasons.ts';
import type { ClientTool, ResponseContext, GenerateResult } from '../../codec.ts';
import { opaqueStateOf } from '../../opaque-state.ts';
import { clientToolsOf } from '../client-tools.ts';
import { freeText } from '../custom-tools.ts';
import { meaningOf } from '../finish.ts';
import { encodeUsage } from './encode-usage.ts';

type Content = GenerateResult['content'][number];
export type ToolCall = Extract<Content, { readonly type: 'tool-call' }>;
export type Source = Extract<Content, { readonly type: 'source' }>;
export type GeneratedFile = Extract<Content, { readonly type: 'file' }>;

/** Encodes a whole chat completion. */
export function encodeChat(
  { content, finishReason: finish, usage }: GenerateResult,
  context: ResponseContext,
): object {
  const of = <Type extends Content['type']>(type: Type) =>
    content.filter((part): part is Extract<Content, { readonly type: Type }> => part.type === type);
  const text = of('text').map((part) => part.text);
  const thinking = of('reasoning').map((part) => part.text);
  const calls = of('tool-call').filter((call) => call.providerExecuted !== true);
  const annotations = of('source').flatMap(annotationOf);
  const images = of('file').flatMap(imageOf);
  return {
    ...heading(context, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text.length === 0 ? null : text.join(''),
          refusal: null,
          ...(thinking.length > 0 && { reasoning_content: thinking.join('') }),
          ...(calls.length > 0 && callFields(calls, context)),
          ...(annotations.length > 0 && { annotations }),
          ...(images.length > 0 && { images }),
        },
        logprobs: null,
        finish_reason: endReason(finish, calls.length > 0, context),
      },
    ],
    usage: encodeUsage(usage),
  };
}

function callFields(calls: readonly ToolCall[], context: ResponseContext): object {
  const [first] = calls;
  const toolOf = clientToolsOf(context);
  if (first === undefined || !isLegacy(context))
    return { tool_calls: calls.map((call) => callOf(call, toolOf(call.toolName))) };
  return { function_call: { name: first.toolName, arguments: inputOf(first) } };
}

/** Whether a client uses the older `functions`, of which one at most is called. */
export function isLegacy({ body }: ResponseContext): boolean {
  return Array.isArray(body['functions']) && !Array.isArray(body['tools']);
}

/** Why a chat ended: for its calls, unless it was cut off or filtered. */
export function endReason(finish: GenerateResult['finishReason'], calls: boolean, context: ResponseContext) {
  const reason = finishWords[meaningOf(finish, calls)].chat;
  return reason === 'tool_calls' && isLegacy(context) ? 'function_call' : reason;
}

/** The arguments of a call, `{}` where there are none. */
export function inputOf({ input }: ToolCall): string {
  return input === '' ? '{}' : input;
}

/** The first fields of every chat completion and chunk. */
export function heading({ id, model, acceptedAt }: ResponseContext, object: string) {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(acceptedAt / 1000), model };
}

/** A whole call, in the form of its tool. */
export function callOf(call: ToolCall, { kind, name }: ClientTool): object {
  const called =
    kind === 'custom'
      ? { type: 'custom', custom: { name, input: freeText(call.input) } }
      : { type: 'function', function: { name, arguments: inputOf(call) } };
  return { id: call.toolCallId, ...called, ...extraOf(call) };
}

/** The signature that Gemini wants back with a call, where its own OpenAI-compatible API puts it. */
export function extraOf({ providerMetadata }: Pick<ToolCall, 'providerMetadata'>) {
  const signature = opaqueStateOf(providerMetadata)?.['google']?.['thoughtSignature'];
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}

/** A web page that a response cites. */
export function annotationOf(source: Source): object[] {
  if (source.sourceType !== 'url') return [];
  const { url, title = url } = source;
  return [{ type: 'url_citation', url_citation: { url, title, start_index: 0, end_index: 0 } }];
}

/** An image that a model made, where clients of OpenRouter look for it. */
export function imageOf({ mediaType, data }: GeneratedFile): object[] {
  if (!mediaType.startsWith('image/')) return [];
  return [{ type: 'image_url', image_url: { url: urlOf(mediaType, data) } }];
}

function urlOf(mediaType: string, data: GeneratedFile['data']): string {
  if (data.type === 'url') return data.url.toString();
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  return `data:${mediaType};base64,${base64}`;
}
