import type { BodyHints } from './body-facts.ts';
import { QUOTE } from './json-nested.ts';
import { itemsOf, membersOf, plainStringAt, valueEnd } from './json-walk.ts';

/** Of a longer piece, such as an image, the beginning and the length count. Bytes. */
const MAX_PIECE_BYTES = 16 * 1024;
/** The prefix is no longer than this, although no message of the user is among them. */
const MAX_MESSAGES = 64;

/**
 * What is the same in every request of a conversation, and identifies it: the instructions, and the messages up to and
 * including the user's first. Empty where the body has no messages.
 * @param body of which the hints are
 */
export function conversationPrefix(body: Buffer, { messagesAt, instructionsAt }: BodyHints): Buffer[] {
  if (messagesAt < 0) return [];
  const pieces = body[messagesAt] === QUOTE ? [piece(body, messagesAt)] : leadingMessages(body, messagesAt);
  return instructionsAt < 0 ? pieces : [piece(body, instructionsAt), ...pieces];
}

function leadingMessages(body: Buffer, from: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (const start of itemsOf(body, from)) {
    pieces.push(piece(body, start));
    if (pieces.length === MAX_MESSAGES || roleAt(body, start) === 'user') break;
  }
  return pieces;
}

function piece(body: Buffer, start: number): Buffer {
  const end = valueEnd(body, start);
  const whole = body.subarray(start, end < 0 ? body.length : end);
  return whole.length <= MAX_PIECE_BYTES
    ? whole
    : Buffer.concat([whole.subarray(0, MAX_PIECE_BYTES), Buffer.from(String(whole.length))]);
}

function roleAt(body: Buffer, start: number): string | undefined {
  for (const { key, start: at } of membersOf(body, start)) {
    if (key === 'role') return plainStringAt(body, at, 64);
  }
  return undefined;
}
