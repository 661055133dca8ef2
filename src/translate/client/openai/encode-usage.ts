import type { GenerateResult } from '../../codec.ts';

type Usage = GenerateResult['usage'];

/** Tokens, as chats count them. */
export function encodeUsage({ inputTokens, outputTokens }: Usage): object {
  const prompt = inputTokens.total ?? 0;
  const completion = outputTokens.total ?? 0;
  const written = inputTokens.cacheWrite ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: inputTokens.cacheRead ?? 0,
      audio_tokens: 0,
      ...(written > 0 && { cache_write_tokens: written }),
    },
    completion_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0, audio_tokens: 0 },
  };
}
