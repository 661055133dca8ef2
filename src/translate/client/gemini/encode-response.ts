import type { Json } from '../../../base/json.ts';
import { finishWords } from '../../../dialects/finish/finish-reasons.ts';
import type { ResponseContext, GenerateResult } from '../../codec.ts';
import { packOpaqueState, opaqueStateOf } from '../../opaque-state.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { meaningOf } from '../finish.ts';

type Content = GenerateResult['content'][number];
type Metadata = Extract<Content, { readonly type: 'reasoning' }>['providerMetadata'];

/** Encodes a whole response. */
export function encodeContent(
  { content, finishReason, usage }: GenerateResult,
  context: ResponseContext,
): object {
  return answer(context, content.flatMap(partOf), {
    finishReason: reasonOf(finishReason),
    usageMetadata: usageOf(usage),
  });
}

/** One candidate with some parts: a whole response, or a piece of a stream. */
export function answer(
  { id, model }: ResponseContext,
  parts: readonly Json[],
  end: { readonly finishReason: string; readonly usageMetadata: object } | undefined,
): object {
  return {
    candidates: [
      {
        content: { role: 'model', parts },
        ...(end !== undefined && { finishReason: end.finishReason }),
        index: 0,
      },
    ],
    ...(end !== undefined && { usageMetadata: end.usageMetadata }),
    modelVersion: model,
    responseId: id,
  };
}

function partOf(part: Content): Json[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text, ...signatureField(part.providerMetadata) }];
    case 'reasoning':
      return [{ text: part.text, thought: true, ...signatureField(part.providerMetadata) }];
    case 'tool-call':
      return part.providerExecuted === true ? [] : [callOf(part)];
    case 'file':
      return fileOf(part);
    default:
      return [];
  }
}

/** A call, which is never streamed in pieces. */
export function callOf(part: Extract<Content, { readonly type: 'tool-call' }>): Json {
  const args = argumentsOf(part.input);
  return {
    functionCall: { id: part.toolCallId, name: part.toolName, args },
    ...signatureField(part.providerMetadata),
  };
}

/** A file that a model made. */
export function fileOf({ mediaType, data }: Extract<Content, { readonly type: 'file' }>): Json[] {
  if (data.type === 'url') return [{ fileData: { mimeType: mediaType, fileUri: data.url.toString() } }];
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  return [{ inlineData: { mimeType: mediaType, data: base64 } }];
}

/** Gemini's own signature as it is, any other as packed state: it comes back in the next turn. */
export function signatureField(metadata: Metadata): { thoughtSignature?: unknown } {
  const state = opaqueStateOf(metadata);
  if (state === undefined) return {};
  return { thoughtSignature: state['google']?.['thoughtSignature'] ?? packOpaqueState(state) };
}

/** Why a response ended. */
export function reasonOf(finish: GenerateResult['finishReason']): string {
  return finishWords[meaningOf(finish, false)].gemini;
}

/** Tokens of a response. Gemini counts thinking apart. */
export function usageOf({ inputTokens, outputTokens }: GenerateResult['usage']): object {
  const prompt = inputTokens.total ?? 0;
  const output = outputTokens.total ?? 0;
  const thoughts = outputTokens.reasoning ?? 0;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: Math.max(0, output - thoughts),
    totalTokenCount: prompt + output,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    ...((inputTokens.cacheRead ?? 0) > 0 && { cachedContentTokenCount: inputTokens.cacheRead }),
  };
}
