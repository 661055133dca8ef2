import type { JSONObject } from '@ai-sdk/provider';
import { z } from 'zod';
import { objectsOf } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { targetOf } from '../target.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { fitFormat } from '../fit/fit-format.ts';
import type { FormatMeans } from '../fit/fit-format.ts';
import { fitFiles } from '../fit/fit-files.ts';
import { fitOptions } from '../fit/fit-options.ts';
import { fitToolChoice } from '../fit/fit-tool-choice.ts';
import { chatSent } from '../sent/chat-sent.ts';
import { withTextArguments } from './chat-arguments.ts';
import { withDocumentUrls } from './chat-documents.ts';
import { chatThinkingOf } from './chat-thinking.ts';
import { userFor } from './chat-user.ts';
import { toChatMessages } from './chat-messages.ts';
import { openaiRules } from './conversation/conversation-rules.ts';
import { clientTools, withTools, without } from './prompt.ts';

const completions = operationNamed('chat.completions');

/** The package's name, under which it keeps options and metadata. */
const NAME = 'openaiCompatible';

/**
 * What a stream may hold beside the chunks that the package knows: errors, and from some servers the usage in a chunk
 * without `choices`, which the package would take for an error.
 */
const otherChunks = z.union([
  z.looseObject({ error: z.unknown().refine((error) => error !== undefined && error !== null) }),
  z
    .looseObject({ choices: z.null().optional() })
    .transform(({ id, created, model, usage }) => ({ id, created, model, usage, choices: [] })),
]);

/** OpenAI's chat completions, whichever provider serves them. */
export const openaiChatCodec: ProviderCodec = {
  loadModel: async (id, fetch, { refusesStreamUsage = false, capabilities }) => {
    const { OpenAICompatibleChatLanguageModel } = await import('@ai-sdk/openai-compatible');
    return new OpenAICompatibleChatLanguageModel(id, {
      provider: NAME,
      url: ({ path }) => `http://openai.invalid/v1${path}`,
      fetch: withTextArguments(fetch),
      includeUsage: !refusesStreamUsage,
      supportsStructuredOutputs: true,
      transformRequestBody: (body: Record<string, unknown>) => asNamed(body, capabilities),
      errorStructure: { errorSchema: otherChunks, errorToMessage: () => '' },
    });
  },
  toCallOptions,
  sent: chatSent,
  conversation: openaiRules,
  target: (model) => targetOf(completions, model),
};

function toCallOptions(
  request: NormalizedRequest,
  _: string,
  { resendsReasoning, capabilities }: ProviderQuirks,
): CallOptions {
  const { thinks, effort, fields } = chatThinkingOf(request, capabilities);
  const tools = clientTools(request.options);
  const plain = withTools(without(request.options, 'reasoning', 'providerOptions'), tools);
  const chosen = fitToolChoice(fitOptions(plain, capabilities, thinks), capabilities);
  const options = fitFormat(chosen, formatMeans(capabilities, tools.length > 0));
  return {
    ...without(options, 'topK'),
    prompt: toChatMessages(fitFiles(options.prompt, capabilities), resendsReasoning),
    providerOptions: {
      [NAME]: {
        ...bodyOptions(request, capabilities),
        ...fields,
        ...(effort !== undefined && { reasoningEffort: effort }),
        ...(options.topK !== undefined && capabilities.topK === true && { top_k: options.topK }),
      },
    },
  };
}

/** OpenAI takes schemas of objects alone: platform.openai.com/docs/guides/structured-outputs, "Supported schemas". */
function formatMeans(
  { jsonMode = true, jsonSchema = true, jsonWithTools = true }: ModelCapabilities,
  declaresTools: boolean,
): FormatMeans {
  const isFree = jsonWithTools || !declaresTools;
  return {
    jsonMode: jsonMode && isFree,
    schemas: jsonSchema && isFree ? 'objects' : 'none',
    wantsTheWord: true,
  };
}

/** The body with the vendor's own names for fields, and with those alone that it documents, where it refuses others. */
function asNamed(
  { max_tokens: max, seed, ...body }: Readonly<Record<string, unknown>>,
  { maxTokensField = 'max_tokens', seedField = 'seed', documentPart, fields }: ModelCapabilities,
): Record<string, unknown> {
  const named: Record<string, unknown> = {
    ...body,
    ...(documentPart === 'document_url' && { messages: objectsOf(body['messages']).map(withDocumentUrls) }),
    ...(max !== undefined && { [maxTokensField]: max }),
    ...(seed !== undefined && { [seedField]: seed }),
  };
  if (fields === undefined) return named;
  return Object.fromEntries(Object.entries(named).filter(([name]) => fields.includes(name)));
}

/**
 * Fields of chat completions that the SDK has no option for, and a client codec of the family may know. The package
 * writes whatever it is given into the body: nothing else may pass.
 */
const FIELDS: ReadonlySet<string> = new Set([
  'logit_bias',
  'logprobs',
  'metadata',
  'prediction',
  'prompt_cache_key',
  'safety_identifier',
  'service_tier',
  'store',
  'strictJsonSchema',
  'textVerbosity',
  'top_logprobs',
]);

function bodyOptions(
  { options, extraOptions }: NormalizedRequest,
  { userField = 'user', parallelTools: takesParallel = true }: ModelCapabilities,
): JSONObject {
  const given = Object.entries(options.providerOptions?.[NAME] ?? {}).filter(([name]) => FIELDS.has(name));
  const { user, parallelTools } = extraOptions;
  return {
    // The package's default is to be strict, the dialect's is not to be.
    strictJsonSchema: false,
    ...Object.fromEntries(given),
    ...(user !== undefined && userField !== 'none' && { [userField]: userFor(userField, user) }),
    ...(parallelTools !== undefined &&
      takesParallel &&
      hasTools(options) && { parallel_tool_calls: parallelTools }),
  };
}

/** OpenAI refuses `parallel_tool_calls` without tools. */
function hasTools(options: CallOptions): boolean {
  return clientTools(options).length > 0;
}
