import type { NormalizedRequest } from '../codec.ts';
import { claudeStateOf } from './claude-history.ts';
import { effortOf, thinkingTokensOf } from './effort.ts';
import type { Effort } from './effort.ts';
import type { AssistantPart, Prompt } from './prompt.ts';

/** What a Claude model is asked to think. */
export type Thinking =
  /** The request has no `thinking`. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'off' }
  /** The model decides how much, within an effort. */
  | { readonly kind: 'adaptive'; readonly effort: Effort }
  /** Within a number of tokens, and `answerTokens` for the answer. */
  | {
      readonly kind: 'budget';
      readonly tokens: number;
      readonly answerTokens: number | undefined;
    };

/** docs.anthropic.com/en/docs/build-with-claude/extended-thinking: the least a budget may be. */
const MIN_BUDGET = 1024;

/**
 * The generation of a Claude model as one number, 4.6 for `claude-opus-4-6`; undefined for an id that names none.
 * Understands both orders (`claude-3-7-sonnet`), dates behind the version, and Bedrock's ids.
 */
export function claudeGeneration(model: string): number | undefined {
  const match = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/u.exec(model);
  return match === null ? undefined : Number(`${match[1] ?? ''}.${match[2] ?? '0'}`);
}

/** Models from Claude 4.6 on decide themselves how much to think, and the newest take no budget any more. */
const ADAPTIVE_SINCE = 4.6;
/** docs.anthropic.com: extended thinking came with Claude 3.7. */
const THINKING_SINCE = 3.7;
/** From here on models take neither `temperature`, `top_p` nor `top_k`. */
const NO_SAMPLING_SINCE = 4.7;

/** Whether a Claude model takes `temperature`, `top_p` and `top_k`. */
export function takesSampling(model: string): boolean {
  return (claudeGeneration(model) ?? 0) < NO_SAMPLING_SINCE;
}

/**
 * The thinking that a request means for a model that speaks Anthropic's dialect. Where a tool is forced there is none:
 * Anthropic refuses the two together, and the tool is what the client wants.
 */
export function thinkingOf(request: NormalizedRequest, model: string): Thinking {
  const effort = effortOf(request);
  if (effort === undefined) return { kind: 'absent' };
  const generation = claudeGeneration(model);
  if (generation !== undefined && generation < THINKING_SINCE) return { kind: 'absent' };
  if (effort === 'none' || forcesTool(request)) return { kind: 'off' };
  const isClaude = model.includes('claude');
  if (isClaude && (generation === undefined || generation >= ADAPTIVE_SINCE))
    return { kind: 'adaptive', effort };
  return lacksSignedThinking(request.options.prompt) ? { kind: 'off' } : budgetOf(request);
}

/**
 * Whether the turn under way has called tools, and holds no thinking that Claude signed: another model made the calls, or the client
 * did not keep it. With a budget such a turn is refused; models that decide themselves take it.
 * docs.anthropic.com/en/docs/build-with-claude/extended-thinking, "Preserving thinking blocks"
 */
function lacksSignedThinking(prompt: Prompt): boolean {
  const lastResults = prompt.findLastIndex(({ role }) => role === 'tool');
  const lastAnswer = prompt.findLastIndex(({ role }) => role === 'assistant');
  if (lastResults < 0 || lastAnswer > lastResults) return false;
  const turn = turnUntil(prompt, lastResults);
  return !turn.some((part) => part.type === 'reasoning' && claudeStateOf(part.providerOptions) !== undefined);
}

/** What the model has said in the turn that ends with these results. */
function turnUntil(prompt: Prompt, lastResults: number): AssistantPart[] {
  const parts: AssistantPart[] = [];
  for (const [at, message] of [...prompt.slice(0, lastResults).entries()].toReversed()) {
    // What a user says behind results stands beside them, in one message of Anthropic's.
    if (message.role === 'user' && prompt[at - 1]?.role !== 'tool') break;
    if (message.role === 'assistant') parts.push(...message.content);
  }
  return parts;
}

function forcesTool({ options: { tools = [], toolChoice } }: NormalizedRequest): boolean {
  return tools.length > 0 && (toolChoice?.type === 'required' || toolChoice?.type === 'tool');
}

/** Anthropic counts thinking as output: the budget has to leave room for the answer. */
function budgetOf(request: NormalizedRequest): Thinking {
  const wanted = Math.max(MIN_BUDGET, thinkingTokensOf(request) ?? 0);
  const { maxOutputTokens: max } = request.options;
  if (max === undefined) return { kind: 'budget', tokens: wanted, answerTokens: undefined };
  if (max <= MIN_BUDGET) return { kind: 'off' };
  // An effort may take half of what the client allows; a number is taken as it is.
  const room =
    request.extraOptions.thinkingTokens === undefined ? Math.max(MIN_BUDGET, Math.floor(max / 2)) : max - 1;
  const tokens = Math.min(wanted, room);
  return { kind: 'budget', tokens, answerTokens: max - tokens };
}
