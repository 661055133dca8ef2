import type { Call } from '../dialects/operations/call.ts';
import { conversationPrefix } from '../dialects/scan/conversation-prefix.ts';
import { fnv1a, fnv1aOf } from './hash.ts';

/** Headers in which clients name their session. Not `x-client-request-id`: with OpenAI's SDKs it names one request. */
const SESSION_HEADERS = ['x-session-id', 'session_id', 'session-id', 'x-claude-code-session-id'];

/**
 * A hash of the conversation that a call belongs to, 32 bits: of a session header, `prompt_cache_key`, `conversation`,
 * `user`, else of its first messages. Undefined for a body without messages, or one too large to keep.
 */
export function sessionOf({ headers, hints, body }: Call): number | undefined {
  const named =
    headerOf(headers, SESSION_HEADERS) || hints.promptCacheKey || hints.conversation || hints.user;
  if (named !== undefined && named !== '') return fnv1a(named);
  if (body.kind !== 'buffered') return undefined;
  const prefix = conversationPrefix(body.bytes, hints);
  return prefix.length === 0 ? undefined : fnv1aOf(prefix);
}

/**
 * The first header that is not empty, by the order of the names.
 * @param raw - name, value, name, value, as received
 * @param names - in lower case
 */
export function headerOf(raw: readonly string[], names: readonly string[]): string | undefined {
  for (const name of names) {
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const value = raw[at + 1] ?? '';
      if (raw[at]?.length === name.length && raw[at]?.toLowerCase() === name && value !== '') return value;
    }
  }
  return undefined;
}
