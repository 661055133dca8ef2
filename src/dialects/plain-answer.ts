import { FAILED_REASONS } from './chat-frames.ts';
import { isFilled, isSpace, itemsOf, membersOf, nestedEnd, plainStringAt, spaceEnd } from './json-walk.ts';
import { SAYS_IN } from './least-answers.ts';
import type { Least } from './least-answers.ts';

const COLON = 0x3a;
const CLOSE_BRACE = 0x7d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
/** Bodies up to this are stepped over to their end; of longer ones the last byte has to tell that they are whole. */
const MAX_STEPPED_BYTES = 4096;
const MAX_REASON_BYTES = 64;
/** Inside JSON strings quotes are escaped: where these stand they are a key or a whole value. */
const ERROR = Buffer.from('"error"');
const FAILED = Buffer.from('"failed"');
const FINISH = Buffer.from('"finish_reason"');

/**
 * Whether an object is at a glance a good answer that says something: it is whole, has the least it must have, and
 * nothing in it may be an error. Where it is not, a closer look decides.
 *
 * Every good answer pays for this look, and so it searches for whole words and steps over no more than it must.
 */
export function isPlainlyGood(body: Buffer, least: Least): boolean {
  return (
    !mayHold(body, ERROR) &&
    !(least.says === 'responses' && body.includes(FAILED)) &&
    !(least.says === 'chat' && hasFailed(body)) &&
    hasLeast(body, least) &&
    isWhole(body)
  );
}

/** Whether a word stands in a body other than as the key of null or false. */
function mayHold(body: Buffer, word: Buffer): boolean {
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + word.length)) {
    const colon = spaceEnd(body, at + word.length);
    const value = body[spaceEnd(body, colon + 1)];
    if (body[colon] !== COLON || (value !== LOWER_N && value !== LOWER_F)) return true;
  }
  return false;
}

function hasFailed(body: Buffer): boolean {
  const at = body.lastIndexOf(FINISH);
  if (at < 0) return false;
  const colon = spaceEnd(body, at + FINISH.length);
  return FAILED_REASONS.has(plainStringAt(body, spaceEnd(body, colon + 1), MAX_REASON_BYTES));
}

function hasLeast(body: Buffer, { oneOf, says }: Least): boolean {
  if (oneOf.length === 0) return true;
  const wanted = says === undefined ? undefined : SAYS_IN[says];
  for (const { key, start } of membersOf(body, 0)) {
    if (wanted === undefined ? oneOf.includes(key) : key === wanted)
      return isFilled(body, start) && isSaying(body, start, says);
  }
  return false;
}

function isSaying(body: Buffer, start: number, says: Least['says']): boolean {
  if (says !== 'chat' && says !== 'gemini') return true;
  for (const first of itemsOf(body, start))
    return says === 'chat' ? choiceSays(body, first) : candidateSays(body, first);
  return false;
}

function choiceSays(body: Buffer, choice: number): boolean {
  for (const { key, start } of membersOf(body, choice)) {
    if (key === 'text' && isFilled(body, start)) return true;
    if (key !== 'message') continue;
    for (const said of membersOf(body, start))
      if (said.key !== 'role' && isFilled(body, said.start)) return true;
  }
  return false;
}

function candidateSays(body: Buffer, candidate: number): boolean {
  for (const { key, start } of membersOf(body, candidate)) {
    if (key !== 'content') continue;
    for (const said of membersOf(body, start))
      if (said.key === 'parts' && isFilled(body, said.start)) return true;
  }
  return false;
}

function isWhole(body: Buffer): boolean {
  if (body.length <= MAX_STEPPED_BYTES) return nestedEnd(body, 0) > 0;
  let last = body.length - 1;
  while (isSpace(body[last])) last--;
  return body[last] === CLOSE_BRACE;
}
