import type { JSONObject } from '@ai-sdk/provider';
import { z } from 'zod';
import { operationNamed } from '../../dialects/operations/table.ts';
import { targetOf } from '../target.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec } from '../codec.ts';
import { effortOf } from './effort.ts';
import type { Effort } from './effort.ts';
import { withTextArguments } from './chat-arguments.ts';
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
  loadModel: async (id, fetch, { maxTokensField, refusesStreamUsage = false }) => {
    const { OpenAICompatibleChatLanguageModel } = await import('@ai-sdk/openai-compatible');
    return new OpenAICompatibleChatLanguageModel(id, {
      provider: NAME,
      url: ({ path }) => `http://openai.invalid/v1${path}`,
      fetch: withTextArguments(fetch),
      includeUsage: !refusesStreamUsage,
      supportsStructuredOutputs: true,
      transformRequestBody: ({ max_tokens: max, ...body }: Record<string, unknown>) =>
        max === undefined ? body : { ...body, [maxTokensField]: max },
      errorStructure: { errorSchema: otherChunks, errorToMessage: () => '' },
    });
  },
  toCallOptions: (request, _, { resendsReasoning }) => {
    const { options } = request;
    const effort = effortFor(request);
    return {
      ...withTools(without(options, 'reasoning', 'topK', 'providerOptions'), clientTools(options)),
      prompt: toChatMessages(options.prompt, resendsReasoning),
      ...(effort !== undefined && { reasoning: effort }),
      providerOptions: { [NAME]: bodyOptions(request) },
    };
  },
  conversation: openaiRules,
  unsupported: ['topK'],
  target: (model) => targetOf(completions, model),
};

/**
 * The effort as chat completions name it. Not every model can stop thinking: `none` is sent only where the client itself
 * sent it.
 */
function effortFor(request: NormalizedRequest): Effort | undefined {
  const effort = effortOf(request);
  if (effort === 'none' && request.options.reasoning !== 'none') return undefined;
  return effort === 'max' ? 'high' : effort;
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

function bodyOptions({ options, extraOptions }: NormalizedRequest): JSONObject {
  const given = Object.entries(options.providerOptions?.[NAME] ?? {}).filter(([name]) => FIELDS.has(name));
  return {
    // The package's default is to be strict, the dialect's is not to be.
    strictJsonSchema: false,
    ...Object.fromEntries(given),
    ...(extraOptions.user !== undefined && { user: extraOptions.user }),
    ...(extraOptions.parallelTools !== undefined &&
      hasTools(options) && { parallel_tool_calls: extraOptions.parallelTools }),
  };
}

/** OpenAI refuses `parallel_tool_calls` without tools. */
function hasTools(options: CallOptions): boolean {
  return clientTools(options).length > 0;
}
