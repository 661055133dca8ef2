/*
 * Words of OpenAI's chats: platform.openai.com/docs/api-reference/chat/create (2026-11-30).
 */

/** Fields for what other vendors have too, which are compared with what leaves (`sent/left-out.ts`), or say nothing of an answer. */
const COMMON: ReadonlySet<string> = new Set([
  'frequency_penalty',
  'max_completion_tokens',
  'max_tokens',
  'parallel_tool_calls',
  'presence_penalty',
  'reasoning_effort',
  'safety_identifier',
  'seed',
  'stop',
  // Usage is asked for by whoever knows how a vendor tells it.
  'stream_options',
  'temperature',
  'top_p',
  'user',
]);

/** Fields for what OpenAI alone has, or few others. */
const OWN: ReadonlySet<string> = new Set([
  'logit_bias',
  'logprobs',
  'metadata',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
  'store',
  'top_logprobs',
  'verbosity',
]);

/**
 * Whether a field is an option, without which a request asks for the same, if not as exactly. None is what has no meaning left
 * without it: `n`, `modalities`, `audio`, `functions` and what chooses among them, `web_search_options`.
 */
export function isOption(name: string): boolean {
  return COMMON.has(name) || OWN.has(name);
}

/** Whether it is an option that OpenAI alone has, or few others. */
export function isOwnOption(name: string): boolean {
  return OWN.has(name);
}
