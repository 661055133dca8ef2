import type { JSONObject } from '@ai-sdk/provider';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest, ProviderQuirks } from '../codec.ts';
import { effortOf, nearestEffort, thinkingTokensOf } from './effort.ts';

/**
 * The `thinkingConfig` that a request means; empty where there is to be none. Models up to 2.5 take a number of tokens, later
 * ones a level, and those before 2.5 refuse it: ai.google.dev/gemini-api/docs/thinking. A model that is not known is taken
 * for one of the newest.
 */
export function geminiThinkingOf(request: NormalizedRequest, quirks: ProviderQuirks): JSONObject {
  const { capabilities: takes, defaultThinkingTokens: fallback } = quirks;
  const { showThinking } = request.extraOptions;
  if (takes.thinking === 'none') return {};
  const isCounted = takes.thinking === 'budget';
  if (fallback !== undefined && isCounted && effortOf(request) === undefined)
    return { thinkingBudget: fallback, ...(fallback !== 0 && { includeThoughts: showThinking ?? true }) };
  return {
    ...(isCounted ? budgetOf(request, takes) : levelOf(request, takes)),
    ...(showThinking === true && { includeThoughts: true }),
  };
}

function budgetOf(
  request: NormalizedRequest,
  { thinkingBudget: { min, max } = { min: 0, max: Infinity }, thinkingOff = true }: ModelCapabilities,
): JSONObject {
  const tokens = thinkingTokensOf(request);
  if (tokens === undefined) return {};
  if (tokens === 0 && thinkingOff) return { thinkingBudget: 0 };
  return { thinkingBudget: Math.min(Math.max(tokens, min), max) };
}

function levelOf(request: NormalizedRequest, { efforts = LEVELS }: ModelCapabilities): JSONObject {
  const effort = effortOf(request);
  const level = effort === undefined ? undefined : nearestEffort(effort, efforts);
  return level === undefined ? {} : { thinkingLevel: level };
}

/** What every model with levels has. */
const LEVELS = ['low', 'high'] as const;
