import type { JSONObject } from '@ai-sdk/provider';
import { operationNamed } from '../../dialects/operations/table.ts';
import { targetOf } from '../target.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import { withSignedThinking } from './claude-history.ts';
import { thinkingOf } from './claude-thinking.ts';
import type { Thinking } from './claude-thinking.ts';
import { instructionsWithFormat, clientTools, withArguments, withTools, without } from './prompt.ts';
import type { Message, Prompt } from './prompt.ts';

const messages = operationNamed('messages.create');

/** Anthropic's messages, whichever provider serves them. */
export const anthropicMessagesCodec: ProviderCodec = {
  loadModel: async (id, fetch) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ apiKey: 'unused', baseURL: 'http://anthropic.invalid/v1', fetch }).messages(id);
  },
  toCallOptions,
  unsupported: ['frequencyPenalty', 'presencePenalty', 'seed'],
  target: (model) => targetOf(messages, model),
};

/** Claude Code's own instructions, for requests that have none. */
const CLAUDE_CODE = "You are Claude Code, Anthropic's official CLI for Claude.";

function toCallOptions(request: NormalizedRequest, model: string, quirks: ProviderQuirks): CallOptions {
  const { options, extraOptions } = request;
  const thinking = thinkingOf(request, model);
  const prompt = instructionsWithFormat(options);
  return {
    ...withTools(withThinking(options, thinking), clientTools(options)),
    prompt: withSignedThinking(
      withArguments(quirks.wantsClaudeCodePrompt === true ? withClaudeCodePrompt(prompt) : prompt),
    ),
    providerOptions: {
      anthropic: {
        // The package would request a beta of its own to have arguments streamed in smaller pieces.
        toolStreaming: false,
        ...thinkingOption(thinking, extraOptions.showThinking),
        ...(extraOptions.parallelTools === false && { disableParallelToolUse: true }),
        ...(extraOptions.user !== undefined && { metadata: { userId: extraOptions.user } }),
      },
    },
  };
}

/** With instructions, the last of which has a `cache_control`, as Claude Code's have. */
function withClaudeCodePrompt(prompt: Prompt): Prompt {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  const count = first < 0 ? prompt.length : first;
  const own: Message = { role: 'system', content: CLAUDE_CODE };
  const instructions = count === 0 ? [own] : prompt.slice(0, count);
  const mark = { anthropic: { cacheControl: { type: 'ephemeral' } } };
  return [
    ...instructions.map((each, at) =>
      at === instructions.length - 1 ? { providerOptions: mark, ...each } : each,
    ),
    ...prompt.slice(count),
  ];
}

/** The package adds the budget to the tokens of the answer, and would turn an effort into a budget of its own. */
function withThinking(options: CallOptions, thinking: Thinking): CallOptions {
  const plain = without(options, 'reasoning', 'providerOptions');
  switch (thinking.kind) {
    case 'absent':
    case 'off':
      return plain;
    case 'adaptive':
      return { ...plain, reasoning: thinking.effort };
    case 'budget': {
      const { answerTokens } = thinking;
      return answerTokens === undefined ? plain : { ...plain, maxOutputTokens: answerTokens };
    }
  }
}

function thinkingOption(thinking: Thinking, show = true): JSONObject {
  switch (thinking.kind) {
    case 'absent':
      return {};
    case 'off':
      return { thinking: { type: 'disabled' } };
    case 'adaptive':
      return { thinking: { type: 'adaptive', display: show ? 'summarized' : 'omitted' } };
    case 'budget':
      return { thinking: { type: 'enabled', budgetTokens: thinking.tokens } };
  }
}
