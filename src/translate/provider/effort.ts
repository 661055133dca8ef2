import type { EffortWord } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest } from '../codec.ts';

/** How hard a model is to think, as the SDK names it. */
export type Effort = Exclude<NormalizedRequest['options']['reasoning'], 'provider-default' | undefined>;

/**
 * Tokens for each effort. Those up to `high` are what Gemini's OpenAI-compatible API makes of them
 * (ai.google.dev/gemini-api/docs/openai, "Thinking"); above it there is no public figure, and models have bounds of
 * about so much.
 */
const TOKENS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_000,
  max: 32_000,
};

/** The effort of a request: as named, or the least that allows as many tokens as it names. */
export function effortOf({ options, extraOptions }: NormalizedRequest): Effort | undefined {
  const { reasoning } = options;
  if (reasoning !== undefined && reasoning !== 'provider-default') return reasoning;
  const { thinkingTokens } = extraOptions;
  if (thinkingTokens === undefined) return undefined;
  if (thinkingTokens <= 0) return 'none';
  if (thinkingTokens <= TOKENS.low) return 'low';
  return thinkingTokens <= TOKENS.medium ? 'medium' : 'high';
}

/** The tokens that a request allows for thinking: as named, or those of its effort. */
export function thinkingTokensOf({ options, extraOptions }: NormalizedRequest): number | undefined {
  if (extraOptions.thinkingTokens !== undefined) return Math.max(0, extraOptions.thinkingTokens);
  const { reasoning } = options;
  return reasoning === undefined || reasoning === 'provider-default' ? undefined : TOKENS[reasoning];
}

/** From the least to the most. */
const ORDER = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies Effort[];

/**
 * Of the words that a model has for an effort the nearest, and of two as near the greater, as DeepSeek maps them. Who
 * wants thinking never gets none; who wants none gets the least.
 * @returns undefined where the model has no words
 */
export function nearestEffort(effort: Effort, words: readonly EffortWord[]): EffortWord | undefined {
  if (words.includes(effort)) return effort;
  const wanted = ORDER.indexOf(effort);
  const ordered = ORDER.filter((word) => word !== 'none' && words.includes(word));
  const nearest = ordered.toSorted(
    (one, other) =>
      distance(one, wanted) - distance(other, wanted) || ORDER.indexOf(other) - ORDER.indexOf(one),
  );
  return nearest[0] ?? words.find((word) => word === 'default');
}

function distance(word: Effort, wanted: number): number {
  return Math.abs(ORDER.indexOf(word) - wanted);
}
