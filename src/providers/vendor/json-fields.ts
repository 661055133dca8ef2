import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ChatUsage } from './chat-writer.ts';

/** The text in a field; undefined for anything else. */
export function textIn(object: Json | undefined, field: string): string | undefined {
  const value = object?.[field];
  return typeof value === 'string' ? value : undefined;
}

/** The object in a field; undefined for anything else. */
export function objectIn(object: Json | undefined, field: string): Json | undefined {
  return asObject(object?.[field]);
}

/** Tokens by the names that a provider has for them; undefined where it counts none. */
export function usageIn(
  usage: Json | undefined,
  names: { readonly prompt: string; readonly completion: string; readonly total: string },
): ChatUsage | undefined {
  const prompt = usage?.[names.prompt];
  const completion = usage?.[names.completion];
  if (typeof prompt !== 'number' || typeof completion !== 'number') return undefined;
  const total = usage?.[names.total];
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: typeof total === 'number' ? total : prompt + completion,
  };
}
