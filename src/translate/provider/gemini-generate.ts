import type { JSONObject } from '@ai-sdk/provider';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible } from '../codec.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { geminiRules } from './conversation/conversation-rules.ts';
import { effortOf } from './effort.ts';
import { clientTools, withTools, without } from './prompt.ts';
import type { FilePart, Message, UserPart } from './prompt.ts';
import { targetOf } from '../target.ts';

const generate = operationNamed('gemini.generateContent');
const stream = operationNamed('gemini.streamGenerateContent');

/** Gemini's own dialect. */
export const geminiGenerateCodec: ProviderCodec = {
  loadModel: async (id, fetch) => {
    const { createGoogle } = await import('@ai-sdk/google');
    return createGoogle({
      apiKey: 'unused',
      baseURL: 'http://gemini.invalid/v1beta',
      fetch,
    }).languageModel(id);
  },
  toCallOptions,
  conversation: geminiRules,
  unsupported: [],
  target: (model, asStream) => (asStream ? targetOf(stream, model, '?alt=sse') : targetOf(generate, model)),
};

function toCallOptions(request: NormalizedRequest, model: string, quirks: ProviderQuirks): CallOptions {
  const { options } = request;
  const thinkingConfig = thinkingConfigOf(request, model, quirks);
  const effort = effortOf(request);
  return {
    ...withTools(without(options, 'reasoning', 'providerOptions'), clientTools(options)),
    prompt: options.prompt.map(withMediaTypes),
    ...(effort !== undefined && thinks(model) && { reasoning: effort }),
    ...(Object.keys(thinkingConfig).length > 0 && { providerOptions: { google: { thinkingConfig } } }),
  };
}

/** ai.google.dev/gemini-api/docs/thinking: models before 2.5 refuse a `thinkingConfig`. */
function thinks(model: string): boolean {
  return !/gemini-(?:1|2\.0)|gemma/u.test(model);
}

/**
 * Whether a model takes a number of tokens for thinking. From 3 on Gemini takes a level instead, which the package makes
 * of the effort. Models for images and speech do not think.
 */
export function countsTokens(model: string): boolean {
  return /gemini-2\.5(?!.*-(?:image|tts))/u.test(model);
}

/** ai.google.dev/gemini-api/docs/thinking: 2.5 Pro cannot stop thinking, and thinks no more than this. */
const PRO = { min: 128, max: 32_768 };
const OTHERS = { min: 0, max: 24_576 };

function thinkingConfigOf(request: NormalizedRequest, model: string, quirks: ProviderQuirks): JSONObject {
  if (!thinks(model)) return {};
  const { thinkingTokens, showThinking } = request.extraOptions;
  const { defaultThinkingTokens: fallback } = quirks;
  if (fallback !== undefined && countsTokens(model) && effortOf(request) === undefined)
    return { thinkingBudget: fallback, ...(fallback !== 0 && { includeThoughts: showThinking ?? true }) };
  const { min, max } = model.includes('2.5-pro') ? PRO : OTHERS;
  return {
    ...(thinkingTokens !== undefined &&
      countsTokens(model) && { thinkingBudget: Math.min(Math.max(thinkingTokens, min), max) }),
    ...(showThinking === true && { includeThoughts: true }),
  };
}

function withMediaTypes(message: Message): Message {
  if (message.role !== 'user') return message;
  return { ...message, content: message.content.map(withMediaType) };
}

function withMediaType(part: UserPart): UserPart {
  if (part.type !== 'file' || part.data.type !== 'url' || /^[^/]+\/[^*]/u.test(part.mediaType)) return part;
  return { ...part, mediaType: typeOfUrl(part.data.url, part) };
}

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gif: 'image/gif',
    heic: 'image/heic',
    heif: 'image/heif',
    jpeg: 'image/jpeg',
    jpg: 'image/jpeg',
    mp3: 'audio/mpeg',
    mp4: 'video/mp4',
    pdf: 'application/pdf',
    png: 'image/png',
    wav: 'audio/wav',
    webp: 'image/webp',
  }),
);

/** Gemini fetches a URL only with its media type. */
function typeOfUrl({ pathname }: URL, { mediaType }: FilePart): string {
  const extension = /\.([a-z0-9]+)$/iu.exec(pathname)?.[1]?.toLowerCase() ?? '';
  const type = TYPES.get(extension);
  if (type === undefined)
    throw new NotExpressible(`the type of a file (${mediaType}) cannot be told from its URL`);
  return type;
}
