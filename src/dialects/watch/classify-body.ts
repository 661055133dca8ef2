import { FAILED_REASONS } from './chat-frames.ts';
import { isPresent, parseObject } from '../../base/json.ts';
import { isFilled, itemsOf, plainStringAt, spaceEnd, valueEnd, walkMembers } from '../scan/json-walk.ts';
import { nestedEnd, RAN_OUT } from '../scan/json-nested.ts';
import { OUTPUT_MEMBERS } from './expected-answers.ts';
import type { ExpectedAnswer } from './expected-answers.ts';
import { passesQuickCheck } from './quick-check.ts';
import { explainsFailure } from './error-bodies.ts';

/**
 * What a whole body turned out to be:
 * - `answer`, `empty`: it has the least its operation must have; `empty` says nothing even so
 * - `error`: it tells of an error, in words worth reading
 * - `not-json`, `cut-json`, `no-answer`: none of these, and nobody's words
 */
export type BodyKind = 'answer' | 'empty' | 'error' | 'not-json' | 'cut-json' | 'no-answer';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const LESS_THAN = 0x3c;
const LOWER_N = 0x6e;
/** Longer values are no names of states and reasons. */
const MAX_WORD_BYTES = 64;
/** An error that stands beside an answer is parsed up to this; a longer one says enough. Bytes. */
const MAX_ERROR_BYTES = 4096;
/** An object that begins with its error, or calls itself one; Google's servers put theirs into a list. */
const ERROR_OPENING = /^\[?\s*\{\s*(?:"error"\s*:\s*[^n\s]|"type"\s*:\s*"error")/;
/** From its first byte that is no white space on, so much of a body shows what it is. */
const OPENING_BYTES = 64;
/** Event streams under another type are not looked into. */
const EVENTS = /^(?:data|event|id|retry)?:/;

/**
 * Judges a body that is all there and has no white space before it. A good answer shows at a glance; of any other the
 * members of the top level are stepped over, and the few below that matter; only what lacks an answer is parsed.
 */
export function classifyBody(body: Buffer, expected: ExpectedAnswer): BodyKind {
  const opening = openingOf(body);
  switch (body[0]) {
    case OPEN_BRACE:
      return passesQuickCheck(body, expected) ? 'answer' : classifyObject(body, expected, opening);
    case OPEN_BRACKET:
      return classifyList(body, expected, opening);
    case LESS_THAN:
      // A page's words are for the rules: they know it for one.
      return 'error';
    default:
      return classifyText(opening, expected);
  }
}

/** Of a longer body, its beginning and its last byte that is no white space tell: a cut hardly leaves it a bracket. */
export function classifyLongBody(
  beginning: Buffer,
  last: number | undefined,
  expected: ExpectedAnswer,
): BodyKind {
  const opening = openingOf(beginning);
  switch (beginning[0]) {
    case OPEN_BRACE:
    case OPEN_BRACKET:
      if (ERROR_OPENING.test(opening)) return 'error';
      return last === CLOSE_BRACE || last === CLOSE_BRACKET ? 'answer' : 'cut-json';
    case LESS_THAN:
      return 'error';
    default:
      return classifyText(opening, expected);
  }
}

function classifyText(opening: string, { mayBeText }: ExpectedAnswer): BodyKind {
  return mayBeText === true || EVENTS.test(opening) ? 'answer' : 'not-json';
}

function openingOf(body: Buffer): string {
  return body.toString('latin1', 0, Math.min(body.length, OPENING_BYTES));
}

function classifyList(body: Buffer, expected: ExpectedAnswer, opening: string): BodyKind {
  const end = nestedEnd(body, 0);
  const beginsAsError = ERROR_OPENING.test(opening);
  if (end < 0) return beginsAsError ? 'error' : brokenKind(end);
  const first = spaceEnd(body, 1);
  if (body[first] === CLOSE_BRACKET) return expected.nonEmpty ? 'no-answer' : 'answer';
  // An error that is null, false or empty is none.
  return beginsAsError && isErrorAt(body, first) ? 'error' : 'answer';
}

function isErrorAt(body: Buffer, start: number): boolean {
  const item = parseObject(body.toString('utf8', start, valueEnd(body, start)));
  return item !== undefined && (isPresent(item['error']) || item['type'] === 'error');
}

function brokenKind(end: number): BodyKind {
  return end === RAN_OUT ? 'cut-json' : 'not-json';
}

/** What is noted of an object's members on the way over them. */
interface SeenMembers {
  isError: boolean;
  hasRequired: boolean;
  /** Whether a member was seen at all. */
  hasAny: boolean;
  /** Where what the answer says begins; -1 where it has none of it. */
  outputAt: number;
  status: string | undefined;
  /** Whether there is a reason that the model stopped for. */
  hasReason: boolean;
}

function classifyObject(body: Buffer, expected: ExpectedAnswer, opening: string): BodyKind {
  const seen: SeenMembers = {
    isError: false,
    hasRequired: expected.oneOf.length === 0,
    hasAny: false,
    outputAt: -1,
    status: undefined,
    hasReason: false,
  };
  const end = walkMembers(body, 0, (keyStart, keyEnd, start, valueStop) => {
    if (keyEnd - keyStart > MAX_WORD_BYTES) return;
    noteMember(seen, expected, body, body.toString('latin1', keyStart, keyEnd), start, valueStop);
    seen.hasAny = true;
  });
  if (end < 0) return ERROR_OPENING.test(opening) ? 'error' : brokenKind(end);
  if (seen.isError) return 'error';
  if (!seen.hasRequired) return isExplained(body) ? 'error' : 'no-answer';
  return classifyOutput(body, expected, seen);
}

function noteMember(
  seen: SeenMembers,
  expected: ExpectedAnswer,
  body: Buffer,
  key: string,
  start: number,
  end: number,
): void {
  if (expected.oneOf.includes(key))
    seen.hasRequired ||= expected.nonEmpty ? isFilled(body, start) : body[start] !== LOWER_N;
  if (expected.outputIn !== undefined && key === OUTPUT_MEMBERS[expected.outputIn]) seen.outputAt = start;
  switch (key) {
    case 'error':
      seen.isError ||= seen.hasAny
        ? expected.generated && isErrorBeside(body, start, end)
        : isFilled(body, start);
      return;
    case 'type':
    case 'object':
      seen.isError ||= plainStringAt(body, start, MAX_WORD_BYTES) === 'error';
      return;
    case 'status':
      seen.status = plainStringAt(body, start, MAX_WORD_BYTES);
      return;
    case 'stop_reason':
      seen.hasReason = isFilled(body, start);
      return;
  }
}

function classifyOutput(
  body: Buffer,
  expected: ExpectedAnswer,
  { outputAt, status, hasReason }: SeenMembers,
): BodyKind {
  const { outputIn } = expected;
  if (outputIn === undefined) return 'answer';
  switch (outputIn) {
    case 'responses':
      if (status === 'failed') return 'error';
      return status === 'completed' && outputAt >= 0 && !isFilled(body, outputAt) ? 'empty' : 'answer';
    case 'messages':
      return outputAt >= 0 && !isFilled(body, outputAt) ? emptyKind(expected, hasReason) : 'answer';
    case 'gemini':
      return classifyCandidate(body, firstItem(body, outputAt), expected);
    case 'chat':
      return classifyChoice(body, firstItem(body, outputAt), expected);
  }
}

/** What an answer is that says nothing. */
function emptyKind({ needsFinishReason }: ExpectedAnswer, hasReason: boolean): BodyKind {
  return needsFinishReason === true && !hasReason ? 'no-answer' : 'empty';
}

function firstItem(body: Buffer, list: number): number {
  if (list < 0) return -1;
  for (const start of itemsOf(body, list)) return body[start] === OPEN_BRACE ? start : -1;
  return -1;
}

function classifyChoice(body: Buffer, choice: number, expected: ExpectedAnswer): BodyKind {
  if (choice < 0) return 'answer';
  let says = false;
  let hasFailed = false;
  let hasReason = false;
  walkMembers(body, choice, (keyStart, keyEnd, start) => {
    switch (body.toString('latin1', keyStart, keyEnd)) {
      case 'message':
      case 'delta':
        says ||= body[start] !== OPEN_BRACE || hasOutput(body, start);
        return;
      case 'text':
        says ||= isFilled(body, start);
        return;
      case 'finish_reason':
        hasFailed = FAILED_REASONS.includes(plainStringAt(body, start, MAX_WORD_BYTES) ?? '');
        hasReason = isFilled(body, start);
        return;
    }
  });
  if (hasFailed) return 'error';
  return says ? 'answer' : emptyKind(expected, hasReason);
}

/** Whether a message holds anything but its role. */
function hasOutput(body: Buffer, message: number): boolean {
  let says = false;
  walkMembers(body, message, (keyStart, keyEnd, start) => {
    says ||= isFilled(body, start) && body.toString('latin1', keyStart, keyEnd) !== 'role';
  });
  return says;
}

function classifyCandidate(body: Buffer, candidate: number, expected: ExpectedAnswer): BodyKind {
  if (candidate < 0) return 'answer';
  let says = false;
  let hasReason = false;
  walkMembers(body, candidate, (keyStart, keyEnd, start) => {
    const key = body.toString('latin1', keyStart, keyEnd);
    if (key === 'finishReason') hasReason = isFilled(body, start);
    if (body[start] !== OPEN_BRACE || key !== 'content') return;
    walkMembers(body, start, (partsStart, partsEnd, parts) => {
      says ||= body.toString('latin1', partsStart, partsEnd) === 'parts' && isFilled(body, parts);
    });
  });
  return says ? 'answer' : emptyKind(expected, hasReason);
}

/** Words some servers put in the place of no error. */
const NO_ERROR: ReadonlySet<string> = new Set(['', '0', 'no', 'none', 'null', 'ok', 'success']);

/** Whether what stands behind other members is an error: some servers write one beside every answer that is none. */
function isErrorBeside(body: Buffer, start: number, end: number): boolean {
  if (!isFilled(body, start)) return false;
  if (end - start > MAX_ERROR_BYTES) return true;
  const text = body.toString('utf8', start, end);
  const error = parseObject(text);
  if (error === undefined) return !NO_ERROR.has(text.replaceAll('"', '').toLowerCase());
  return [error['message'], error['msg'], error['code'], error['type'], error['status']].some(isWord);
}

function isWord(value: unknown): boolean {
  return isPresent(value) && !NO_ERROR.has(String(value).toLowerCase());
}

function isExplained(body: Buffer): boolean {
  const object = parseObject(body.toString('utf8'));
  return object !== undefined && explainsFailure(object);
}
