import type { Call } from './call.ts';

/** What the SDKs of each dialect pass over; a comment, as the standard has it, is no such thing to all of them. */
const COMMENT = ': still at work\n\n';
/** docs.anthropic.com/en/docs/build-with-claude/streaming: there may be any number of ping events. */
const PING_EVENT = 'event: ping\ndata: {"type": "ping"}\n\n';
/** Google's SDK for Python takes a comment for JSON; empty lines neither that one nor the one for JavaScript heeds. */
const EMPTY_LINES = '\n\n';

/**
 * What can be sent ahead of an event stream, and while nothing of it comes, so that nobody on the way gives up on it.
 * @returns undefined where the client has not asked for such a stream
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
    // Pictures, transcripts and what providers speak among themselves.
    case 'openai':
    case 'bedrock-converse':
    case 'vendor':
      return undefined;
  }
}
