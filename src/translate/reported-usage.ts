import { asObject } from '../base/json.ts';
import { readUsage } from '../dialects/watch/usage.ts';
import type { GenerateResult } from './codec.ts';

type Usage = GenerateResult['usage'];

/**
 * Tokens as a provider reports them. Of OpenAI's dialect the package reads OpenAI's first words alone; others have words of their
 * own, and some count thinking beside the answer instead of within it.
 */
export function reportedUsage(usage: Usage): Usage {
  const raw = asObject(usage.raw);
  const told = raw?.['prompt_tokens'] === undefined ? undefined : readUsage(raw);
  if (told === undefined) return usage;
  const { input = 0, cachedInput = 0, cacheWrite, output = 0, reasoning = 0 } = told;
  return {
    ...usage,
    inputTokens: {
      total: input,
      noCache: Math.max(0, input - cachedInput - (cacheWrite ?? 0)),
      cacheRead: cachedInput,
      cacheWrite,
    },
    outputTokens: { total: output, text: output - reasoning, reasoning },
  };
}
