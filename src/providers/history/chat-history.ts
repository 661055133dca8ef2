import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { mayHoldMarks, plainId } from './own-marks.ts';

/*
 * Chats that were answered by several providers, for one that speaks OpenAI's dialect. What answers hold beside OpenAI's
 * fields comes back with the next turn, and vendors that know it not refuse it.
 */

/** The body without the members of an assistant's messages and calls that its reader does not take. */
export function chatHistory(body: Buffer, refused: readonly string[]): Buffer {
  if (!mayHoldMarks(body) && !refused.some((name) => body.includes(`"${name}"`))) return body;
  return rewriteRoot(body, (name, at) =>
    name === 'messages'
      ? rewriteItems(body, at, (message) => readableMessage(body, message, refused))
      : 'kept',
  );
}

function readableMessage(body: Buffer, message: number, refused: readonly string[]): Rewritten {
  const isAssistant = wholeStringAt(body, memberAt(body, 'role', message)) === 'assistant';
  return rewriteMembers(body, message, (name, at) => {
    if (name === 'tool_call_id') return plainId(body, at);
    if (!isAssistant) return 'kept';
    if (refused.includes(name)) return 'removed';
    return name === 'tool_calls'
      ? rewriteItems(body, at, (call) => readableCall(body, call, refused))
      : 'kept';
  });
}

function readableCall(body: Buffer, call: number, refused: readonly string[]): Rewritten {
  return rewriteMembers(body, call, (name, at) => {
    if (refused.includes(name)) return 'removed';
    return name === 'id' ? plainId(body, at) : 'kept';
  });
}
