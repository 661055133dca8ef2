import type { Call } from './call.ts';

/** A comment of an event stream, as the standard has it. Not all SDKs ignore it. */
const COMMENT = ': still at work\n\n';
/** docs.anthropic.com/en/docs/build-with-claude/streaming: there may be any number of ping events. */
const PING_EVENT = 'event: ping\ndata: {"type": "ping"}\n\n';
/** Google's SDK for Python reads a comment as JSON; it ignores empty lines, and so does the one for JavaScript. */
const EMPTY_LINES = '\n\n';

/**
 * A keep-alive that the client's SDK ignores, to be sent while nothing else of an event stream can be.
 * @returns undefined where the client has not asked for an event stream
 */
export function pingFor({ stream, target }: Pick<Call, 'stream' | 'target'>): string | undefined {
  if (!stream) return undefined;
  switch (target.operation.dialect) {
    case 'openai-chat':
    case 'openai-responses':
      return COMMENT;
    case 'anthropic-messages':
      return PING_EVENT;
    case 'gemini-generate':
      return new URLSearchParams(target.query).get('alt') === 'sse' ? EMPTY_LINES : undefined;
    // Images, transcripts and dialects of providers only.
    case 'openai':
    case 'bedrock-converse':
    case 'vendor':
      return undefined;
  }
}
