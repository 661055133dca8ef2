import type { ChatTraits } from './shaper.ts';

/**
 * Types that know the role `developer` (OpenAI's role for instructions since 2024), or route to providers that do. All others
 * are sent `system`.
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
 * Types that refuse `stream_options.include_usage`: Mistral answers 422 `extra_forbidden`, and sends the usage in its last
 * chunk anyway (github.com/openai/openai-agents-python issue 442). Bodies for `generic` pass unchanged.
 */
const REFUSE_STREAM_USAGE: ReadonlySet<string> = new Set(['generic', 'mistral']);

/** How a type of provider takes chat requests. */
export function chatTraitsOf(type: string): ChatTraits {
  return { developerRole: KNOW_DEVELOPER.has(type), streamUsage: !REFUSE_STREAM_USAGE.has(type) };
}
