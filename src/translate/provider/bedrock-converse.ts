import type { JSONObject } from '@ai-sdk/provider';
import { converse, converseStream } from '../../dialects/operations/bedrock.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec } from '../codec.ts';
import { effortOf } from './effort.ts';
import { patchConverse } from './patch-converse.ts';
import { toConverseMessages } from './bedrock-messages.ts';
import { withoutThinking, withSignedThinking } from './claude-history.ts';
import { takesSampling, thinkingOf } from './claude-thinking.ts';
import type { Thinking } from './claude-thinking.ts';
import { instructionsWithFormat, clientTools, withTools, without } from './prompt.ts';
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
  patchBody: patchConverse,
  unsupported: ['frequencyPenalty', 'presencePenalty', 'seed'],
  target: (model, stream) => targetOf(stream ? converseStream : converse, model),
};

function toCallOptions(request: NormalizedRequest, model: string): CallOptions {
  const { options } = request;
  const isClaude = model.includes('claude');
  const thinking: Thinking = isClaude ? thinkingOf(request, model) : { kind: 'absent' };
  const effort = effortOf(request);
  const plain = without(options, 'reasoning', 'topK', 'toolChoice', 'providerOptions');
  const readable = isClaude ? withSignedThinking : withoutThinking;
  const noTopP = isClaude && options.temperature !== undefined;
  return {
    ...withTools(noTopP ? without(plain, 'topP') : plain, toolsOf(options)),
    ...(choosesTool(options) && { toolChoice: options.toolChoice }),
    ...(thinking.kind === 'budget' &&
      thinking.answerTokens !== undefined && { maxOutputTokens: thinking.answerTokens }),
    ...(!isClaude && effort !== undefined && { reasoning: effort }),
    prompt: toConverseMessages(readable(instructionsWithFormat(options))),
    providerOptions: {
      amazonBedrock: {
        ...thinkingOption(thinking, request.extraOptions.showThinking),
        ...(isClaude && claudeFields(request, model, thinking)),
      },
      ...(request.extraOptions.parallelTools === false && { anthropic: { disableParallelToolUse: true } }),
    },
  };
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
    if (role !== 'assistant' && role !== 'tool') continue;
    for (const part of content) {
      if (part.type === 'tool-call' || part.type === 'tool-result') names.add(part.toolName);
    }
  }
  return names;
}

/** Converse has no `none`: no tool is called where none is declared, which calls in the conversation rule out. */
function choosesTool(options: CallOptions): boolean {
  if (options.toolChoice === undefined || clientTools(options).length === 0) return false;
  return options.toolChoice.type !== 'none' || toolsCalled(options).size === 0;
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
      const effort = thinking.effort === 'minimal' ? 'low' : thinking.effort;
      return { reasoningConfig: { type: 'adaptive', maxReasoningEffort: effort, display } };
    }
    case 'budget':
      return { reasoningConfig: { type: 'enabled', budgetTokens: thinking.tokens } };
  }
}

/** What Converse has no field for goes to the model in Anthropic's fields. */
function claudeFields({ options }: NormalizedRequest, model: string, thinking: Thinking): JSONObject {
  const isThinking = thinking.kind === 'adaptive' || thinking.kind === 'budget';
  const fields = {
    ...(options.topK !== undefined && !isThinking && takesSampling(model) && { top_k: options.topK }),
    ...(forbidsTools(options) && { tool_choice: { type: 'none' } }),
  };
  return Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields };
}
