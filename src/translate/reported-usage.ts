import { asObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';
import type { GenerateResult } from './codec.ts';

type Usage = GenerateResult['usage'];

/**
 * Tokens as a provider reports them. Of OpenAI's dialect the package reads OpenAI's first words alone; others have words of their
 * own, and some count thinking beside the answer instead of within it.
 */
export function reportedUsage(usage: Usage): Usage {
  const raw = asObject(usage.raw);
  return raw === undefined || raw['prompt_tokens'] === undefined ? usage : chatUsage(usage, raw);
}

function chatUsage(usage: Usage, raw: Json): Usage {
  const { total: prompt = 0 } = usage.inputTokens;
  const { total: completion = 0, reasoning = 0 } = usage.outputTokens;
  const details = asObject(raw['prompt_tokens_details']);
  // api-docs.deepseek.com/guides/kv_cache; platform.moonshot.ai/docs/api/chat has `cached_tokens` beside the others.
  const cacheRead = firstCount(
    usage.inputTokens.cacheRead,
    raw['prompt_cache_hit_tokens'],
    raw['cached_tokens'],
  );
  // platform.openai.com/docs/api-reference/chat/object, openrouter.ai/docs/guides/guides/usage-accounting
  const cacheWrite = firstCount(details?.['cache_write_tokens']);
  // docs.x.ai/docs/guides/reasoning: there the whole is the sum of three.
  const isBeside = reasoning > 0 && raw['total_tokens'] === prompt + completion + reasoning;
  return {
    ...usage,
    inputTokens: {
      total: prompt,
      noCache: Math.max(0, prompt - cacheRead - cacheWrite),
      cacheRead,
      cacheWrite: cacheWrite === 0 ? undefined : cacheWrite,
    },
    outputTokens: isBeside
      ? { total: completion + reasoning, text: completion, reasoning }
      : usage.outputTokens,
  };
}

/** The first that is a number above zero. */
function firstCount(...values: readonly unknown[]): number {
  return values.find((value): value is number => typeof value === 'number' && value > 0) ?? 0;
}
