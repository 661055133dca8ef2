import { isPresent, parseObject } from '../../base/json.ts';
import { nestedEnd, RAN_OUT } from '../scan/json-nested.ts';
import { isFilled, itemsOf, plainStringAt, spaceEnd, valueEnd, walkMembers } from '../scan/json-walk.ts';
import { explainsFailure } from './error-bodies.ts';
import { OUTPUT_MEMBERS } from './expected-answers.ts';
import type { ExpectedAnswer } from './expected-answers.ts';
import { FAILED_REASONS } from '../finish/finish-reasons.ts';
import { passesQuickCheck } from './quick-check.ts';

/**
 * What a whole body is:
 * - `answer`: it has what its operation requires
 * - `empty`: the same, without output
 * - `error`: an error, which has to be read
 * - `not-json`, `cut-json`, `no-answer`: none of these. Logs show these words
 */
export type BodyKind = 'answer' | 'empty' | 'error' | 'not-json' | 'cut-json' | 'no-answer';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const LESS_THAN = 0x3c;
const LOWER_N = 0x6e;
/** Longer values are no states and reasons. Bytes. */
const MAX_WORD_BYTES = 64;
/** An `error` beside an answer is parsed up to this; a longer one counts as an error. Bytes. */
const MAX_ERROR_BYTES = 4096;
/** An object that begins with `error`, or with the type `error`; Google's servers put theirs into a list. */
const ERROR_OPENING = /^\[?\s*\{\s*(?:"error"\s*:\s*[^n\s]|"type"\s*:\s*"error")/;
/** How much of a body is matched against the patterns here. */
const OPENING_BYTES = 64;
/** The beginning of an event stream, which is not read under another type. */
const EVENTS = /^(?:data|event|id|retry)?:/;

/**
 * Classifies a complete body without leading white space. A good answer passes the quick check; of any other the members of
 * the top level are walked, and the few below that matter. Only a body without an answer is parsed.
 */
export function classifyBody(body: Buffer, expected: ExpectedAnswer): BodyKind {
  const opening = openingOf(body);
  switch (body[0]) {
    case OPEN_BRACE:
      return passesQuickCheck(body, expected) ? 'answer' : classifyObject(body, expected, opening);
    case OPEN_BRACKET:
      return classifyList(body, expected, opening);
    case LESS_THAN:
      // A page of HTML: rules read it.
      return 'error';
    default:
      return classifyText(opening, expected);
  }
}

/**
 * Classifies a longer body by its beginning and its last byte that is not white space: one that is cut hardly ends in a
 * bracket.
 */
export function classifyLongBody(
  beginning: Buffer,
  last: number | undefined,
  expected: ExpectedAnswer,
): BodyKind {
  const opening = openingOf(beginning);
  switch (beginning[0]) {
    case OPEN_BRACE:
    case OPEN_BRACKET:
      if (ERROR_OPENING.test(opening) && expected.tellsErrors !== true) return 'error';
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

/** What a walk over an object's members has found. */
interface SeenMembers {
  isError: boolean;
  hasRequired: boolean;
  /** Whether there was any member before. */
  hasAny: boolean;
  /** Where the value of the output member begins; -1 without one. */
  outputAt: number;
  status: string | undefined;
  hasFinishReason: boolean;
}

function classifyObject(body: Buffer, expected: ExpectedAnswer, opening: string): BodyKind {
  const seen: SeenMembers = {
    isError: false,
    hasRequired: expected.oneOf.length === 0,
    hasAny: false,
    outputAt: -1,
    status: undefined,
    hasFinishReason: false,
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
      if (expected.tellsErrors === true) return;
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
      seen.hasFinishReason = isFilled(body, start);
      return;
  }
}

function classifyOutput(
  body: Buffer,
  expected: ExpectedAnswer,
  { outputAt, status, hasFinishReason }: SeenMembers,
): BodyKind {
  const { outputIn } = expected;
  if (outputIn === undefined) return 'answer';
  switch (outputIn) {
    case 'responses':
      if (status === 'failed') return 'error';
      return status === 'completed' && outputAt >= 0 && !isFilled(body, outputAt) ? 'empty' : 'answer';
    case 'messages':
      return outputAt >= 0 && !isFilled(body, outputAt) ? emptyKind(expected, hasFinishReason) : 'answer';
    case 'gemini':
      return classifyCandidate(body, firstItem(body, outputAt), expected);
    case 'chat':
      return classifyChoice(body, firstItem(body, outputAt), expected);
  }
}

/** What an answer without output is. */
function emptyKind({ needsFinishReason }: ExpectedAnswer, hasFinishReason: boolean): BodyKind {
  return needsFinishReason === true && !hasFinishReason ? 'no-answer' : 'empty';
}

function firstItem(body: Buffer, list: number): number {
  if (list < 0) return -1;
  for (const start of itemsOf(body, list)) return body[start] === OPEN_BRACE ? start : -1;
  return -1;
}

function classifyChoice(body: Buffer, choice: number, expected: ExpectedAnswer): BodyKind {
  if (choice < 0) return 'answer';
  let isFound = false;
  let hasFailed = false;
  let hasFinishReason = false;
  walkMembers(body, choice, (keyStart, keyEnd, start) => {
    switch (body.toString('latin1', keyStart, keyEnd)) {
      case 'message':
      case 'delta':
        isFound ||= body[start] !== OPEN_BRACE || hasOutput(body, start);
        return;
      case 'text':
        isFound ||= isFilled(body, start);
        return;
      case 'finish_reason':
        hasFailed = FAILED_REASONS.includes(plainStringAt(body, start, MAX_WORD_BYTES) ?? '');
        hasFinishReason = isFilled(body, start);
        return;
    }
  });
  if (hasFailed) return 'error';
  return isFound ? 'answer' : emptyKind(expected, hasFinishReason);
}

/** Whether a message holds anything but its role. */
function hasOutput(body: Buffer, message: number): boolean {
  let isFound = false;
  walkMembers(body, message, (keyStart, keyEnd, start) => {
    isFound ||= isFilled(body, start) && body.toString('latin1', keyStart, keyEnd) !== 'role';
  });
  return isFound;
}

function classifyCandidate(body: Buffer, candidate: number, expected: ExpectedAnswer): BodyKind {
  if (candidate < 0) return 'answer';
  let isFound = false;
  let hasFinishReason = false;
  walkMembers(body, candidate, (keyStart, keyEnd, start) => {
    const key = body.toString('latin1', keyStart, keyEnd);
    if (key === 'finishReason') hasFinishReason = isFilled(body, start);
    if (body[start] !== OPEN_BRACE || key !== 'content') return;
    walkMembers(body, start, (partsStart, partsEnd, parts) => {
      isFound ||= body.toString('latin1', partsStart, partsEnd) === 'parts' && isFilled(body, parts);
    });
  });
  return isFound ? 'answer' : emptyKind(expected, hasFinishReason);
}

/** Values of `error` that stand for none, in lower case. */
const NO_ERROR: ReadonlySet<string> = new Set(['', '0', 'no', 'none', 'null', 'ok', 'success']);

/** Whether an `error` after other members is one: some servers write an empty one beside every answer. */
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
