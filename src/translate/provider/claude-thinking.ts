import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest } from '../codec.ts';
import { effortOf, nearestEffort, thinkingTokensOf } from './effort.ts';
import { claudeStateOf } from './claude-history.ts';
import type { Effort } from './effort.ts';
import type { AssistantPart, Prompt } from './prompt.ts';

/** What a Claude model is asked to think. */
export type Thinking =
  /** The request has no `thinking`. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'off' }
  /** The model decides how much, within an effort. */
  | { readonly kind: 'adaptive'; readonly effort: Exclude<Effort, 'none' | 'minimal'> }
  /** Within a number of tokens, and `answerTokens` for the answer. */
  | {
      readonly kind: 'budget';
      readonly tokens: number;
      readonly answerTokens: number | undefined;
    };

/** Where the table does not say: platform.claude.com/docs/en/build-with-claude/extended-thinking. */
const MIN_BUDGET = 1024;

/**
 * The thinking that a request means for a model that speaks Anthropic's dialect; one that is not known is given a budget.
 * Where a tool is forced there is none: Anthropic refuses the two together, and the tool is what the client wants.
 */
export function thinkingOf(request: NormalizedRequest, takes: ModelCapabilities): Thinking {
  const effort = effortOf(request);
  if (effort === undefined || takes.thinking === 'none') return { kind: 'absent' };
  const mayForce = takes.forcedTools !== false && forcesTool(request);
  if (effort === 'none' || mayForce) return withoutThinking(takes);
  if (takes.thinking === 'adaptive') return { kind: 'adaptive', effort: wordFor(effort, takes) };
  return lacksSignedThinking(request.options.prompt) ? { kind: 'off' } : budgetOf(request, takes);
}

/** None, or the least that there can be. */
function withoutThinking(takes: ModelCapabilities): Thinking {
  if (takes.thinkingOff !== false) return { kind: 'off' };
  return { kind: 'adaptive', effort: wordFor('low', takes) };
}

function wordFor(effort: Effort, { efforts = [] }: ModelCapabilities): Exclude<Effort, 'none' | 'minimal'> {
  const word = nearestEffort(effort, efforts);
  return word === undefined || word === 'none' || word === 'minimal' || word === 'default' ? 'low' : word;
}

/** Whether a model thinks before it answers. */
export function isThinking({ kind }: Thinking): boolean {
  return kind === 'adaptive' || kind === 'budget';
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
function budgetOf(request: NormalizedRequest, { thinkingBudget }: ModelCapabilities): Thinking {
  const least = thinkingBudget?.min ?? MIN_BUDGET;
  const wanted = Math.max(least, thinkingTokensOf(request) ?? 0);
  const { maxOutputTokens: max } = request.options;
  if (max === undefined) return { kind: 'budget', tokens: wanted, answerTokens: undefined };
  if (max <= least) return { kind: 'off' };
  // An effort may take half of what the client allows; a number is taken as it is.
  const room =
    request.extraOptions.thinkingTokens === undefined ? Math.max(least, Math.floor(max / 2)) : max - 1;
  const tokens = Math.min(wanted, room);
  return { kind: 'budget', tokens, answerTokens: max - tokens };
}
