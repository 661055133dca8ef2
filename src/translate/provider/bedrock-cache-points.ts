import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { CallOptions } from '../codec.ts';
import type { Message } from './prompt.ts';

type Marked = Pick<Message, 'providerOptions'>;

/**
 * A request with as many marks for the cache as the model takes. The last ones stay, of which each holds for all that stands before
 * it. Tools are marked for Claude's models alone, and how long a cache lives is said to some of those
 * (docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11-30). Where it is not known how many marks a model
 * takes, all of them stay.
 */
export function withCachePoints(
  options: CallOptions,
  { cachePoints: most = Infinity, cachesForAnHour }: ModelCapabilities,
  isClaude: boolean,
): CallOptions {
  const { tools } = options;
  let left = most;
  const limited = <Of extends Marked>(of: Of): Of => {
    if (cacheControlOf(of) === undefined) return of;
    left -= 1;
    if (left < 0) return withCacheControl(of, undefined);
    return (cachesForAnHour ?? isClaude) ? of : withCacheControl(of, { type: 'ephemeral' });
  };
  const prompt = options.prompt.toReversed().map((message) => limited(withLimitedParts(message, limited)));
  return {
    ...options,
    prompt: prompt.toReversed(),
    ...(tools !== undefined && {
      tools: tools
        .toReversed()
        .map((tool) =>
          tool.type !== 'function' ? tool : isClaude ? limited(tool) : withCacheControl(tool, undefined),
        )
        .toReversed(),
    }),
  };
}

function withLimitedParts(message: Message, limited: <Of extends Marked>(of: Of) => Of): Message {
  switch (message.role) {
    case 'system':
      return message;
    case 'user':
      return { ...message, content: fromTheEnd(message.content, limited) };
    case 'assistant':
      return { ...message, content: fromTheEnd(message.content, limited) };
    case 'tool':
      return { ...message, content: fromTheEnd(message.content, limited) };
  }
}

function fromTheEnd<Part extends Marked>(parts: readonly Part[], limited: (part: Part) => Part): Part[] {
  return parts.toReversed().map(limited).toReversed();
}

/** A client's mark, as client codecs write it for all families. */
function cacheControlOf({ providerOptions }: Marked): unknown {
  return providerOptions?.['anthropic']?.['cacheControl'];
}

function withCacheControl<Of extends Marked>(
  of: Of,
  cacheControl: { readonly type: 'ephemeral' } | undefined,
): Of {
  const { anthropic, ...others } = of.providerOptions ?? {};
  const { cacheControl: _, ...rest } = anthropic ?? {};
  return {
    ...of,
    providerOptions: {
      ...others,
      anthropic: { ...rest, ...(cacheControl !== undefined && { cacheControl }) },
    },
  };
}
