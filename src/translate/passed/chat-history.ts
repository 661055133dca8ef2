import { showsSign } from '../../dialects/scan/body-signs.ts';
import type { Signs } from '../../dialects/scan/body-signs.ts';
import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  jsonOf,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import type { WordForm } from '../../catalog/models/conversation-capabilities.ts';
import { splitIdState } from '../opaque-state.ts';
import { hasForm, hashOf } from '../provider/conversation/word-forms.ts';
import { MARK } from './own-marks.ts';

/*
 * Chats that were answered by several providers, for one that speaks OpenAI's dialect. What answers hold beside OpenAI's
 * fields comes back with the next turn, and vendors that know it not refuse it.
 */

/** What a reader of chats refuses in what the assistant said. Plain data. */
export interface ChatReader {
  /** Members of its messages and calls. */
  readonly refused: readonly string[];
  /** The ids of calls that it takes, where it takes no others and the chat is not fitted (`fitPassedChat`), which has them so too. */
  readonly callIds: WordForm | undefined;
}

/** What shows that a body may be changed here. */
export function chatSigns({ refused, callIds }: ChatReader): Signs {
  const names = callIds === undefined ? refused : [...refused, 'tool_calls'];
  return { words: [MARK, ...names.map(quoted)], types: [] };
}

/** The body without the members of an assistant's messages and calls that its reader does not take, and with ids that it does. */
export function chatHistory(body: Buffer, reader: ChatReader): Buffer {
  // A first question, of which there are many, costs no search for each name.
  if (!body.includes(ASSISTANT) && !body.includes(MARK)) return body;
  if (!showsSign(body, chatSigns(reader))) return body;
  return rewriteRoot(body, (name, at) =>
    name === 'messages'
      ? rewriteItems(body, at, (message) => readableMessage(body, message, reader))
      : 'kept',
  );
}

const ASSISTANT = Buffer.from('assistant"');

/** Of the few names that a reader may refuse. A search for bytes costs a third of one for text. */
const quotedNames = new Map<string, Buffer>();

function quoted(name: string): Buffer {
  const bytes = quotedNames.get(name) ?? Buffer.from(`"${name}"`);
  quotedNames.set(name, bytes);
  return bytes;
}

function readableMessage(body: Buffer, message: number, reader: ChatReader): Rewritten {
  const isAssistant = wholeStringAt(body, memberAt(body, 'role', message)) === 'assistant';
  return rewriteMembers(body, message, (name, at) => {
    if (name === 'tool_call_id') return readableId(body, at, reader);
    if (!isAssistant) return 'kept';
    if (reader.refused.includes(name)) return 'removed';
    return name === 'tool_calls'
      ? rewriteItems(body, at, (call) => readableCall(body, call, reader))
      : 'kept';
  });
}

function readableCall(body: Buffer, call: number, reader: ChatReader): Rewritten {
  return rewriteMembers(body, call, (name, at) => {
    if (reader.refused.includes(name)) return 'removed';
    return name === 'id' ? readableId(body, at, reader) : 'kept';
  });
}

/** An id without what was packed into it; one that the reader does not take becomes its hash, the same in each turn. */
function readableId(body: Buffer, at: number, { callIds }: ChatReader): Rewritten {
  const written = wholeStringAt(body, at);
  if (written === undefined) return 'kept';
  const { id } = splitIdState(written);
  const readable = callIds === undefined || hasForm(id, callIds) ? id : hashOf(id, callIds.maxLength);
  return readable === written ? 'kept' : jsonOf(readable);
}
