import type { PromptCache } from '../../catalog/prompt-cache.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { CallOptions, NormalizedRequest } from '../codec.ts';
import { isMarked, withCacheMark } from './conversation/cache-marks.ts';
import type { Message, Prompt } from './prompt.ts';

type Mark = Parameters<typeof withCacheMark>[1];

/**
 * A request with marks for the cache where the configuration has them, for as long as the client (`prompt_cache_retention`) or
 * the configuration says: as the Higress plugin does, for models that take marks. A client that sets marks itself knows better:
 * a later one may not hold longer than one before it (docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html).
 */
export function withPromptCache(
  { options, extraOptions }: NormalizedRequest,
  promptCache: PromptCache | undefined,
  { cachePoints = 0, cachesForAnHour = false }: ModelCapabilities,
): CallOptions {
  const retention = extraOptions.cacheRetention ?? promptCache?.retention;
  if (promptCache === undefined || retention === undefined || cachePoints === 0 || isMarked(options))
    return options;
  const { prompt } = options;
  const marked = new Set(
    promptCache.positions.map((position) => {
      switch (position) {
        case 'systemPrompt':
          return endOfInstructions(prompt);
        case 'lastUserMessage':
          return prompt.findLastIndex(({ role }) => role === 'user' || role === 'tool');
        case 'lastMessage':
          return prompt.findLastIndex(({ role }) => role !== 'system');
      }
    }),
  );
  // Five minutes are the default, and not every model takes the words for them.
  const ttl = retention === '24h' && cachesForAnHour ? { ttl: '1h' } : {};
  const mark = { anthropic: { cacheControl: { type: 'ephemeral', ...ttl } } };
  return {
    ...options,
    prompt: prompt.map((message, at) => (marked.has(at) ? withMarkedEnd(message, mark) : message)),
  };
}

/** Results of tools are put into messages anew, each with its own mark. */
function withMarkedEnd(message: Message, mark: Mark): Message {
  if (message.role !== 'tool') return withCacheMark(message, mark);
  const last = message.content.length - 1;
  return {
    ...message,
    content: message.content.map((part, at) => (at === last ? withCacheMark(part, mark) : part)),
  };
}

/** The last of the instructions before the conversation; -1 where there are none. */
function endOfInstructions(prompt: Prompt): number {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  return (first < 0 ? prompt.length : first) - 1;
}
