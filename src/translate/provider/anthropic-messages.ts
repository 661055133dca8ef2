import { createHash } from 'node:crypto';
import type { JSONObject } from '@ai-sdk/provider';
import { asObject } from '../../base/json.ts';
import { memberAt, setInObject } from '../../dialects/scan/json-edit.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { targetOf } from '../target.ts';
import type { NormalizedRequest, CallOptions, ProviderCodec, ProviderQuirks } from '../codec.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { fitFormat } from '../fit/fit-format.ts';
import { fitFiles } from '../fit/fit-files.ts';
import { fitOptions } from '../fit/fit-options.ts';
import { fitToolChoice } from '../fit/fit-tool-choice.ts';
import { anthropicSent } from '../sent/anthropic-sent.ts';
import { isThinking, thinkingOf } from './claude-thinking.ts';
import { withSignedThinking } from './claude-history.ts';
import type { Thinking } from './claude-thinking.ts';
import { anthropicRules } from './conversation/conversation-rules.ts';
import { clientTools, withTools, without } from './prompt.ts';
import type { Message, Prompt } from './prompt.ts';

const messages = operationNamed('messages.create');

/** Anthropic's messages, whichever provider serves them. */
export const anthropicMessagesCodec: ProviderCodec = {
  loadModel: async (id, fetch) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ apiKey: 'unused', baseURL: 'http://anthropic.invalid/v1', fetch }).messages(id);
  },
  toCallOptions,
  patchBody: withFreeChoice,
  sent: anthropicSent,
  conversation: anthropicRules,
  target: (model) => targetOf(messages, model),
};

/** Claude Code's own instructions, for requests that have none. */
const CLAUDE_CODE = "You are Claude Code, Anthropic's official CLI for Claude.";

function toCallOptions(asked: NormalizedRequest, _: string, quirks: ProviderQuirks): CallOptions {
  const { capabilities, wantsClaudeCodePrompt = false } = quirks;
  const request = withLimit(asked, capabilities);
  const { extraOptions } = request;
  const thinking = thinkingOf(request, capabilities);
  const fitted = fitOptions(request.options, capabilities, isThinking(thinking));
  const options = fitFormat(fitToolChoice(fitted, capabilities), {
    jsonMode: false,
    schemas: capabilities.jsonSchema === false && capabilities.forcedTools === false ? 'none' : 'objects',
    // Of what is enforced: platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
    recursion: capabilities.jsonSchema !== true,
  });
  const prompt = fitFiles(options.prompt, capabilities, { plainTexts: true });
  return {
    ...withTools(withThinking(options, thinking), clientTools(options)),
    prompt: withSignedThinking(wantsClaudeCodePrompt ? withClaudeCodePrompt(prompt) : prompt),
    providerOptions: {
      anthropic: {
        // The package would request a beta of its own to have arguments streamed in smaller pieces.
        toolStreaming: false,
        ...thinkingOption(thinking, extraOptions.showThinking),
        ...(extraOptions.parallelTools === false && { disableParallelToolUse: true }),
        ...(extraOptions.user !== undefined && { metadata: { userId: opaqueUser(extraOptions.user) } }),
      },
    },
  };
}

/**
 * Anthropic takes 256 characters, and neither an address nor a number of a telephone
 * (platform.claude.com/docs/en/api/messages, `metadata.user_id`; github.com/BerriAI/litellm issue 10106, 2026-11-30). Another name
 * becomes its hash.
 */
function opaqueUser(user: string): string {
  const isOpaque = user.length <= MOST_USER_CHARACTERS && !user.includes('@') && !TELEPHONE.test(user);
  return isOpaque ? user : createHash('sha256').update(user).digest('hex');
}

const TELEPHONE = /^\+?[\d\s().-]{7,}$/u;
const MOST_USER_CHARACTERS = 256;

/** For models that nobody knows, which are no Claude: what those of today that speak this dialect all have. Tokens. */
const USUAL_LIMIT = 32_000;

/** Anthropic wants a limit: the model's own where the client named none, and never more than that. */
function withLimit(
  request: NormalizedRequest,
  { maxOutputTokens: most }: ModelCapabilities,
): NormalizedRequest {
  const { maxOutputTokens: asked } = request.options;
  const maxOutputTokens = Math.min(asked ?? most ?? USUAL_LIMIT, most ?? Infinity);
  return { ...request, options: { ...request.options, maxOutputTokens } };
}

/** With instructions, the last of which has a `cache_control`, as Claude Code's have. */
function withClaudeCodePrompt(prompt: Prompt): Prompt {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  // Where there are only instructions, they become the user's message.
  const count = Math.max(first, 0);
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
  if (thinking.kind !== 'budget' || thinking.answerTokens === undefined) return plain;
  return { ...plain, maxOutputTokens: thinking.answerTokens };
}

function thinkingOption(thinking: Thinking, show = true): JSONObject {
  switch (thinking.kind) {
    case 'absent':
      return {};
    case 'off':
      return { thinking: { type: 'disabled' } };
    case 'adaptive':
      return {
        effort: thinking.effort,
        thinking: { type: 'adaptive', display: show ? 'summarized' : 'omitted' },
      };
    case 'budget':
      return { thinking: { type: 'enabled', budgetTokens: thinking.tokens } };
  }
}

/**
 * For some schemas the package makes the model call a tool of its own, which Anthropic refuses where it thinks
 * (platform.claude.com/docs/en/build-with-claude/extended-thinking, "Extended thinking with tool use"). The package lets it
 * choose by itself where it has a budget, and reads the answer either way; so it may where it decides how much to think.
 */
function withFreeChoice(body: string, { responseFormat, providerOptions }: CallOptions): string {
  const thinking = asObject(providerOptions?.['anthropic']?.['thinking']);
  if (responseFormat?.type !== 'json' || thinking?.['type'] !== 'adaptive') return body;
  const bytes = Buffer.from(body);
  if (memberAt(bytes, 'tool_choice') === undefined) return body;
  return setInObject(bytes, { path: ['tool_choice', 'type'], json: '"auto"', overwrites: true }).toString();
}
