import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible } from '../codec.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { fitFormat } from '../fit/fit-format.ts';
import type { FormatMeans } from '../fit/fit-format.ts';
import { fitFiles } from '../fit/fit-files.ts';
import { fitOptions } from '../fit/fit-options.ts';
import { fitToolChoice } from '../fit/fit-tool-choice.ts';
import { geminiSent } from '../sent/gemini-sent.ts';
import { geminiThinkingOf } from './gemini-thinking.ts';
import { geminiRules } from './conversation/conversation-rules.ts';
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
  sent: geminiSent,
  conversation: geminiRules,
  target: (model, asStream) => (asStream ? targetOf(stream, model, '?alt=sse') : targetOf(generate, model)),
};

function toCallOptions(request: NormalizedRequest, _: string, quirks: ProviderQuirks): CallOptions {
  const { capabilities } = quirks;
  const thinkingConfig = geminiThinkingOf(request, quirks);
  const fitted = fitOptions(request.options, capabilities, false);
  const options = fitFormat(fitToolChoice(fitted, capabilities), formatMeans(fitted, capabilities));
  const prompt = fitFiles(options.prompt, capabilities, { stores: ['gs:'] });
  return {
    ...withTools(without(options, 'reasoning', 'providerOptions'), clientTools(options)),
    prompt: prompt.map(withMediaTypes),
    ...(Object.keys(thinkingConfig).length > 0 && { providerOptions: { google: { thinkingConfig } } }),
  };
}

/**
 * JSON beside tools: models before 3 refuse it, and later ones where a tool is forced. For a schema of an object the
 * package then declares a tool of its own.
 */
function formatMeans(
  options: CallOptions,
  { jsonMode = true, jsonSchema = true, jsonWithTools = true }: ModelCapabilities,
): FormatMeans {
  const hasTools = clientTools(options).length > 0;
  const isForced = options.toolChoice?.type === 'required' || options.toolChoice?.type === 'tool';
  const isFree = !hasTools || (jsonWithTools && !isForced);
  const schemas = isFree ? 'any' : 'objects';
  return { jsonMode: jsonMode && isFree, schemas: jsonSchema ? schemas : 'none' };
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
