import { closingQuote, nestedEnd, QUOTE } from '../scan/json-nested.ts';
import { isAt, isFilled, isSpace, firstMemberAt, membersOf, spaceEnd } from '../scan/json-walk.ts';
import type { ExpectedAnswer } from './expected-answers.ts';
import { FAILED_REASONS } from '../finish/finish-reasons.ts';

const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
/** Bodies up to this are walked to their end; longer ones are whole if their last byte is a bracket. Bytes. */
const MAX_WALKED_BYTES = 4096;
/** Quotes inside JSON strings are escaped, so these match only keys and whole values. */
const ERROR = Buffer.from('"error"');
const FAILED = Buffer.from('"failed"');
const FINISH = Buffer.from('"finish_reason"');
const FAILURES = FAILED_REASONS.map((reason) => Buffer.from(reason));
const CHOICES = Buffer.from('choices');
const MESSAGE = Buffer.from('message');
const CONTENT = Buffer.from('content');
const TOOL_CALLS = Buffer.from('tool_calls');
const TEXT = Buffer.from('text');
const OUTPUT = Buffer.from('output');
const CANDIDATES = Buffer.from('candidates');
const PARTS = Buffer.from('parts');

/**
 * Whether an object is certainly a good answer with output: it is whole, has what its operation requires, and nothing in it
 * can be an error. False where a closer look has to decide.
 *
 * The fast path of every whole answer, so it searches for byte strings and walks over no more than it must.
 */
export function passesQuickCheck(body: Buffer, expected: ExpectedAnswer): boolean {
  return (
    !mayHold(body, ERROR) &&
    !(expected.outputIn === 'responses' && body.includes(FAILED)) &&
    !(expected.outputIn === 'chat' && hasFailed(body)) &&
    hasRequired(body, expected) &&
    isWhole(body)
  );
}

/** Whether a quoted word is in a body, other than as the key of null or false. */
function mayHold(body: Buffer, word: Buffer): boolean {
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + word.length)) {
    const colon = spaceEnd(body, at + word.length);
    const value = body[spaceEnd(body, colon + 1)];
    if (body[colon] !== COLON || (value !== LOWER_N && value !== LOWER_F)) return true;
  }
  return false;
}

/** Whether the last choice, usually the only one, has failed. */
function hasFailed(body: Buffer): boolean {
  const at = body.lastIndexOf(FINISH);
  if (at < 0) return false;
  const colon = spaceEnd(body, at + FINISH.length);
  const value = spaceEnd(body, colon + 1);
  if (body[value] !== QUOTE) return false;
  const end = closingQuote(body, value + 1);
  return FAILURES.some((reason) => isAt(body, value + 1, end, reason));
}

function hasRequired(body: Buffer, { oneOf, outputIn }: ExpectedAnswer): boolean {
  switch (outputIn) {
    case 'chat':
      return choiceHasOutput(body, itemAt(body, firstMemberAt(body, 0, CHOICES)));
    case 'responses':
      return isFilledMember(body, firstMemberAt(body, 0, OUTPUT));
    case 'messages':
      return isFilledMember(body, firstMemberAt(body, 0, CONTENT));
    case 'gemini':
      return candidateHasOutput(body, itemAt(body, firstMemberAt(body, 0, CANDIDATES)));
    case undefined:
      break;
  }
  if (oneOf.length === 0) return true;
  for (const { key, start } of membersOf(body, 0)) if (oneOf.includes(key)) return isFilled(body, start);
  return false;
}

function choiceHasOutput(body: Buffer, choice: number): boolean {
  const message = firstMemberAt(body, choice, MESSAGE);
  if (message < 0) return isFilledMember(body, firstMemberAt(body, choice, TEXT));
  return (
    isFilledMember(body, firstMemberAt(body, message, CONTENT)) ||
    isFilledMember(body, firstMemberAt(body, message, TOOL_CALLS))
  );
}

function candidateHasOutput(body: Buffer, candidate: number): boolean {
  return isFilledMember(body, firstMemberAt(body, firstMemberAt(body, candidate, CONTENT), PARTS));
}

function isFilledMember(body: Buffer, start: number): boolean {
  return start >= 0 && isFilled(body, start);
}

/** The first item of the list at `list`; -1 where there is none. */
function itemAt(body: Buffer, list: number): number {
  return body[list] === OPEN_BRACKET ? spaceEnd(body, list + 1) : -1;
}

function isWhole(body: Buffer): boolean {
  if (body.length <= MAX_WALKED_BYTES) return nestedEnd(body, 0) > 0;
  let last = body.length - 1;
  while (isSpace(body[last])) last--;
  return body[last] === CLOSE_BRACE;
}
