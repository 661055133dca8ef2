import type { JSONObject } from '@ai-sdk/provider';
import { operationNamed } from '../../dialects/operation-table.ts';
import { targetOf } from '../asked.ts';
import type { Asked, CallOptions, FarSide } from '../asked.ts';
import { thinkingOf } from './claude-thinking.ts';
import type { Thinking } from './claude-thinking.ts';
import { instructionsWithFormat, ownTools, withArguments, withTools, without } from './prompt.ts';

const messages = operationNamed('messages.create');

/** Anthropic, and whoever speaks as it does. */
export const anthropicMessages: FarSide = {
  model: async (id, fetch) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ apiKey: 'unused', baseURL: 'http://anthropic.invalid/v1', fetch }).messages(id);
  },
  fit,
  lacks: ['frequencyPenalty', 'presencePenalty', 'seed'],
  target: (model) => targetOf(messages, model),
};

function fit(asked: Asked, model: string): CallOptions {
  const { options, wishes } = asked;
  const thinking = thinkingOf(asked, model);
  return {
    ...withTools(withThinking(options, thinking), ownTools(options)),
    prompt: withArguments(instructionsWithFormat(options)),
    providerOptions: {
      anthropic: {
        // The package would ask for a beta of its own to have arguments streamed in smaller pieces.
        toolStreaming: false,
        ...thinkingOption(thinking, wishes.showThinking),
        ...(wishes.parallelTools === false && { disableParallelToolUse: true }),
        ...(wishes.user !== undefined && { metadata: { userId: wishes.user } }),
      },
    },
  };
}

/** The package adds a budget to the tokens of the answer, and makes its own of a word unless told otherwise. */
function withThinking(options: CallOptions, thinking: Thinking): CallOptions {
  const plain = without(options, 'reasoning', 'providerOptions');
  switch (thinking.kind) {
    case 'unsaid':
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
    case 'unsaid':
      return {};
    case 'off':
      return { thinking: { type: 'disabled' } };
    case 'adaptive':
      return { thinking: { type: 'adaptive', display: show ? 'summarized' : 'omitted' } };
    case 'budget':
      return { thinking: { type: 'enabled', budgetTokens: thinking.tokens } };
  }
}
