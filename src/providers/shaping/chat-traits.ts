import type { ChatTraits } from './shaper.ts';

/**
 * Types that know the role `developer` (OpenAI's word of 2024 for instructions), or that pass it on to whoever
 * does. All others are sent `system`.
 */
const KNOW_DEVELOPER: ReadonlySet<string> = new Set([
  'azure',
  'generic',
  'github',
  'github-models',
  'openai',
  'openai-compatible',
  'openrouter',
]);

/**
 * Types that refuse `stream_options.include_usage`: Mistral answers 422 `extra_forbidden`, and tells the usage in
 * its last chunk by itself (github.com/openai/openai-agents-python issue 442). `generic` is sent what it is sent.
 */
const REFUSE_STREAM_USAGE: ReadonlySet<string> = new Set(['generic', 'mistral']);

/** What a type of provider says of chat requests. */
export function chatTraitsOf(type: string): ChatTraits {
  return { developerRole: KNOW_DEVELOPER.has(type), streamUsage: !REFUSE_STREAM_USAGE.has(type) };
}
