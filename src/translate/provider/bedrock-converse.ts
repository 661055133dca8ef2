import type { JSONObject } from '@ai-sdk/provider';
import { converse, converseStream } from '../../dialects/operations/bedrock.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { fitFormat } from '../fit/fit-format.ts';
import { withInstruction } from '../fit/instruction.ts';
import { fitFiles } from '../fit/fit-files.ts';
import { fitOptions } from '../fit/fit-options.ts';
import { fitToolChoice } from '../fit/fit-tool-choice.ts';
import { bedrockSent } from '../sent/bedrock-sent.ts';
import { withCachePoints } from './bedrock-cache-points.ts';
import { withPromptCache } from './bedrock-prompt-cache.ts';
import { bedrockRules } from './conversation/conversation-rules.ts';
import { effortOf, nearestEffort } from './effort.ts';
import type { Effort } from './effort.ts';
import { patchConverse } from './patch-converse.ts';
import { withDocumentNames } from './bedrock-documents.ts';
import { toConverseMessages } from './bedrock-messages.ts';
import { isThinking, thinkingOf } from './claude-thinking.ts';
import { withoutThinking, withSignedThinking } from './claude-history.ts';
import type { Thinking } from './claude-thinking.ts';
import { clientTools, withTools, without } from './prompt.ts';
import type { Tool } from './prompt.ts';
import { targetOf } from '../target.ts';

/** Amazon Bedrock's Converse. The region is a placeholder: requests go to the provider's own address. */
export const bedrockConverseCodec: ProviderCodec = {
  loadModel: async (id, fetch) => {
    const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock');
    return createAmazonBedrock({
      apiKey: 'unused',
      region: 'us-east-1',
      baseURL: 'http://bedrock.invalid',
      fetch,
    }).languageModel(id);
  },
  toCallOptions,
  conversation: bedrockRules,
  patchBody: patchConverse,
  sent: bedrockSent,
  target: (model, stream) => targetOf(stream ? converseStream : converse, model),
};

function toCallOptions(request: NormalizedRequest, model: string, quirks: ProviderQuirks): CallOptions {
  const { capabilities, promptCache } = quirks;
  const asked = { ...request, options: withPromptCache(request, promptCache, capabilities) };
  const isClaude = model.includes('claude');
  const { thinking, answerTokens } = claudeThinking(asked, isClaude, capabilities);
  const effort = isClaude ? undefined : effortFor(asked, capabilities);
  const fitted = fitOptions(asked.options, capabilities, isThinking(thinking));
  const chosen = fitToolChoice(fitted, capabilities);
  const formatted = fitFormat(withCachePoints(chosen, capabilities, isClaude), {
    jsonMode: false,
    schemas: takesSchema(capabilities, isThinking(thinking)) ? 'objects' : 'none',
    // As at Anthropic: docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
    recursion: !isClaude || capabilities.jsonSchema !== true,
  });
  const isTold = !isClaude && isAskedNotToCall(fitted) && !asksForSchema(formatted);
  const options = isTold ? withInstruction(formatted, NO_CALLS) : formatted;
  const plain = without(options, 'reasoning', 'topK', 'toolChoice', 'providerOptions');
  const readable = isClaude ? withSignedThinking : withoutThinking;
  return {
    ...withTools(plain, toolsOf(options)),
    ...choiceFor(options, isClaude),
    ...(answerTokens !== undefined && { maxOutputTokens: answerTokens }),
    ...(effort !== undefined && { reasoning: effort }),
    prompt: toConverseMessages(
      withDocumentNames(readable(fitFiles(options.prompt, capabilities, { stores: ['s3:'] }))),
    ),
    providerOptions: {
      amazonBedrock: {
        ...thinkingOption(thinking, asked.extraOptions.showThinking),
        ...(isClaude && claudeFields(options)),
      },
      ...(asked.extraOptions.parallelTools === false && { anthropic: { disableParallelToolUse: true } }),
    },
  };
}

/** Claude's thinking, and with a budget the tokens that are left for the answer: the package adds the two. */
function claudeThinking(
  asked: NormalizedRequest,
  isClaude: boolean,
  takes: ModelCapabilities,
): { readonly thinking: Thinking; readonly answerTokens: number | undefined } {
  if (!isClaude) return { thinking: { kind: 'absent' }, answerTokens: undefined };
  const { maxOutputTokens: most } = takes;
  const max = asked.options.maxOutputTokens ?? most;
  const limited = max === undefined ? undefined : Math.min(max, most ?? max);
  const request: NormalizedRequest =
    limited === undefined ? asked : { ...asked, options: { ...asked.options, maxOutputTokens: limited } };
  const thinking = thinkingOf(request, takes);
  return { thinking, answerTokens: thinking.kind === 'budget' ? thinking.answerTokens : undefined };
}

/** The effort that the package writes for Nova and OpenAI's models, and for no others. */
function effortFor(request: NormalizedRequest, { efforts }: ModelCapabilities): Effort | undefined {
  const effort = effortOf(request);
  if (effort === undefined || effort === 'none' || efforts === undefined) return effort;
  const word = nearestEffort(effort, efforts);
  return word === 'default' ? undefined : word;
}

/**
 * Where Converse has no field for a schema the package makes the model call a tool, which Claude refuses while it thinks,
 * and others always.
 */
function takesSchema({ jsonSchema, forcedTools }: ModelCapabilities, thinks: boolean): boolean {
  if (forcedTools === false) return false;
  return jsonSchema !== false || !thinks;
}

/** Converse wants tools declared as long as the conversation holds calls of them. */
function toolsOf(options: CallOptions): Tool[] {
  const own = clientTools(options);
  if (own.length > 0) return own;
  return [...toolsCalled(options)].map((name) => ({
    type: 'function',
    name,
    inputSchema: { type: 'object' },
  }));
}

function toolsCalled({ prompt }: CallOptions): Set<string> {
  const names = new Set<string>();
  for (const { role, content } of prompt) {
    if (role !== 'assistant') continue;
    for (const part of content) if (part.type === 'tool-call') names.add(part.toolName);
  }
  return names;
}

/**
 * Converse has no `none`: no tool is called where none is declared, which calls in the conversation rule out. Where a schema makes
 * the package declare a tool of its own, the choice is of that one alone (`patch-converse.ts`).
 */
function choiceFor(options: CallOptions, isClaude: boolean): Pick<CallOptions, 'toolChoice'> {
  if (forbidsTools(options))
    return !isClaude && asksForSchema(options) ? { toolChoice: { type: 'none' } } : {};
  if (options.toolChoice === undefined || clientTools(options).length === 0) return {};
  return { toolChoice: options.toolChoice };
}

function asksForSchema({ responseFormat }: CallOptions): boolean {
  return responseFormat?.type === 'json' && responseFormat.schema !== undefined;
}

/** For a model that cannot be forbidden to call tools. */
const NO_CALLS = 'Answer in words, without calling a tool.';

function isAskedNotToCall(options: CallOptions): boolean {
  return options.toolChoice?.type === 'none' && forbidsTools(options);
}

function forbidsTools(options: CallOptions): boolean {
  const isForbidden = options.toolChoice?.type === 'none' || clientTools(options).length === 0;
  return isForbidden && toolsCalled(options).size > 0;
}

function thinkingOption(thinking: Thinking, show = true): JSONObject {
  switch (thinking.kind) {
    case 'absent':
      return {};
    case 'off':
      return { reasoningConfig: { type: 'disabled' } };
    case 'adaptive': {
      const display = show ? 'summarized' : 'omitted';
      return { reasoningConfig: { type: 'adaptive', maxReasoningEffort: thinking.effort, display } };
    }
    case 'budget':
      return { reasoningConfig: { type: 'enabled', budgetTokens: thinking.tokens } };
  }
}

/** What Converse has no field for goes to the model in Anthropic's fields. */
function claudeFields(options: CallOptions): JSONObject {
  const fields = {
    ...(options.topK !== undefined && { top_k: options.topK }),
    ...(forbidsTools(options) && { tool_choice: { type: 'none' } }),
  };
  return Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields };
}
