/** How long a prompt stays in a cache, in OpenAI's words (platform.openai.com/docs/guides/prompt-caching). */
export type CacheRetention = 'in_memory' | '24h';

/** Behind what a mark for the cache stands, in the Higress plugin's words. */
export type CachePosition = 'systemPrompt' | 'lastUserMessage' | 'lastMessage';

/** What one provider's requests have cached that say nothing themselves. */
export interface PromptCache {
  /** Absent: nothing, unless the request says how long. */
  readonly retention?: CacheRetention;
  readonly positions: readonly CachePosition[];
}

const RETENTIONS: Readonly<Record<string, CacheRetention>> = {
  in_memory: 'in_memory',
  inmemory: 'in_memory',
  '24h': '24h',
};

/** A retention as it is written in requests and configurations: `in-memory` is one too; undefined for all others. */
export function cacheRetentionOf(written: unknown): CacheRetention | undefined {
  if (typeof written !== 'string') return undefined;
  const word = written.trim().toLowerCase().replaceAll(/[- ]/g, '_');
  return Object.hasOwn(RETENTIONS, word) ? RETENTIONS[word] : undefined;
}

const POSITIONS: readonly CachePosition[] = ['systemPrompt', 'lastUserMessage', 'lastMessage'];

/** A position as it is written in configurations: `last_message` is one too; undefined for all others. */
export function cachePositionOf(written: string): CachePosition | undefined {
  const word = written.toLowerCase().replaceAll(/[-_]/g, '');
  return POSITIONS.find((position) => position.toLowerCase() === word);
}
