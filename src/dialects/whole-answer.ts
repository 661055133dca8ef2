import { FAILED_REASONS } from './chat-frames.ts';
import { isReal, parseObject } from './frame-judge.ts';
import {
  isFilled,
  itemsOf,
  nestedEnd,
  plainStringAt,
  RAN_OUT,
  spaceEnd,
  valueEnd,
  walkMembers,
} from './json-walk.ts';
import { SAYS_IN } from './least-answers.ts';
import type { Least } from './least-answers.ts';
import { isPlainlyGood } from './plain-answer.ts';
import { isExplanation } from './stated-errors.ts';

/**
 * What a whole body turned out to be:
 * - `answer`, `empty`: it has the least its operation must have; `empty` says nothing even so
 * - `error`: it tells of an error, in words worth reading
 * - `not-json`, `cut-json`, `no-answer`: none of these, and nobody's words
 */
export type Finding = 'answer' | 'empty' | 'error' | 'not-json' | 'cut-json' | 'no-answer';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const LESS_THAN = 0x3c;
const LOWER_N = 0x6e;
/** Longer values are no names of states and reasons. */
const MAX_WORD_BYTES = 64;
/** An error that stands beside an answer is parsed up to this; a longer one says enough. Bytes. */
const MAX_ASIDE_BYTES = 4096;
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
export function judgeWhole(body: Buffer, least: Least): Finding {
  const opening = openingOf(body);
  switch (body[0]) {
    case OPEN_BRACE:
      return isPlainlyGood(body, least) ? 'answer' : judgeObject(body, least, opening);
    case OPEN_BRACKET:
      return judgeList(body, least, opening);
    case LESS_THAN:
      // A page's words are for the rules: they know it for one.
      return 'error';
    default:
      return judgeText(opening, least);
  }
}

/** Of a longer body, its beginning and its last byte that is no white space tell: a cut hardly leaves it a bracket. */
export function judgeLong(beginning: Buffer, last: number | undefined, least: Least): Finding {
  const opening = openingOf(beginning);
  switch (beginning[0]) {
    case OPEN_BRACE:
    case OPEN_BRACKET:
      if (ERROR_OPENING.test(opening)) return 'error';
      return last === CLOSE_BRACE || last === CLOSE_BRACKET ? 'answer' : 'cut-json';
    case LESS_THAN:
      return 'error';
    default:
      return judgeText(opening, least);
  }
}

function judgeText(opening: string, { mayBeText }: Least): Finding {
  return mayBeText === true || EVENTS.test(opening) ? 'answer' : 'not-json';
}

function openingOf(body: Buffer): string {
  return body.toString('latin1', 0, Math.min(body.length, OPENING_BYTES));
}

function judgeList(body: Buffer, least: Least, opening: string): Finding {
  const end = nestedEnd(body, 0);
  const beginsAsError = ERROR_OPENING.test(opening);
  if (end < 0) return beginsAsError ? 'error' : broken(end);
  const first = spaceEnd(body, 1);
  if (body[first] === CLOSE_BRACKET) return least.filled ? 'no-answer' : 'answer';
  // An error that is null, false or empty is none.
  return beginsAsError && isErrorAt(body, first) ? 'error' : 'answer';
}

function isErrorAt(body: Buffer, start: number): boolean {
  const item = parseObject(body.toString('utf8', start, valueEnd(body, start)));
  return item !== undefined && (isReal(item['error']) || item['type'] === 'error');
}

function broken(end: number): Finding {
  return end === RAN_OUT ? 'cut-json' : 'not-json';
}

/** What is noted of an object's members on the way over them. */
interface Noted {
  isError: boolean;
  hasLeast: boolean;
  /** Whether a member was seen at all. */
  hasAny: boolean;
  /** Where what the answer says begins; -1 where it has none of it. */
  saysAt: number;
  status: string | undefined;
  /** Whether there is a reason that the model stopped for. */
  hasReason: boolean;
}

function judgeObject(body: Buffer, least: Least, opening: string): Finding {
  const noted: Noted = {
    isError: false,
    hasLeast: least.oneOf.length === 0,
    hasAny: false,
    saysAt: -1,
    status: undefined,
    hasReason: false,
  };
  const end = walkMembers(body, 0, (keyStart, keyEnd, start, valueStop) => {
    if (keyEnd - keyStart > MAX_WORD_BYTES) return;
    note(noted, least, body, body.toString('latin1', keyStart, keyEnd), start, valueStop);
    noted.hasAny = true;
  });
  if (end < 0) return ERROR_OPENING.test(opening) ? 'error' : broken(end);
  if (noted.isError) return 'error';
  if (!noted.hasLeast) return isExplained(body) ? 'error' : 'no-answer';
  return judgeSaying(body, least, noted);
}

function note(noted: Noted, least: Least, body: Buffer, key: string, start: number, end: number): void {
  if (least.oneOf.includes(key))
    noted.hasLeast ||= least.filled ? isFilled(body, start) : body[start] !== LOWER_N;
  if (least.says !== undefined && key === SAYS_IN[least.says]) noted.saysAt = start;
  switch (key) {
    case 'error':
      noted.isError ||= noted.hasAny
        ? least.generated && isErrorAside(body, start, end)
        : isFilled(body, start);
      return;
    case 'type':
    case 'object':
      noted.isError ||= plainStringAt(body, start, MAX_WORD_BYTES) === 'error';
      return;
    case 'status':
      noted.status = plainStringAt(body, start, MAX_WORD_BYTES);
      return;
    case 'stop_reason':
      noted.hasReason = isFilled(body, start);
      return;
  }
}

function judgeSaying(body: Buffer, least: Least, { saysAt, status, hasReason }: Noted): Finding {
  const { says } = least;
  if (says === undefined) return 'answer';
  switch (says) {
    case 'responses':
      if (status === 'failed') return 'error';
      return status === 'completed' && saysAt >= 0 && !isFilled(body, saysAt) ? 'empty' : 'answer';
    case 'messages':
      return saysAt >= 0 && !isFilled(body, saysAt) ? silence(least, hasReason) : 'answer';
    case 'gemini':
      return judgeCandidate(body, firstItem(body, saysAt), least);
    case 'chat':
      return judgeChoice(body, firstItem(body, saysAt), least);
  }
}

/** What an answer is that says nothing. */
function silence({ needsReason }: Least, hasReason: boolean): Finding {
  return needsReason === true && !hasReason ? 'no-answer' : 'empty';
}

function firstItem(body: Buffer, list: number): number {
  if (list < 0) return -1;
  for (const start of itemsOf(body, list)) return body[start] === OPEN_BRACE ? start : -1;
  return -1;
}

function judgeChoice(body: Buffer, choice: number, least: Least): Finding {
  if (choice < 0) return 'answer';
  let says = false;
  let hasFailed = false;
  let hasReason = false;
  walkMembers(body, choice, (keyStart, keyEnd, start) => {
    switch (body.toString('latin1', keyStart, keyEnd)) {
      case 'message':
      case 'delta':
        says ||= body[start] !== OPEN_BRACE || isSaying(body, start);
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
  return says ? 'answer' : silence(least, hasReason);
}

/** Whether a message holds anything but its role. */
function isSaying(body: Buffer, message: number): boolean {
  let says = false;
  walkMembers(body, message, (keyStart, keyEnd, start) => {
    says ||= isFilled(body, start) && body.toString('latin1', keyStart, keyEnd) !== 'role';
  });
  return says;
}

function judgeCandidate(body: Buffer, candidate: number, least: Least): Finding {
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
  return says ? 'answer' : silence(least, hasReason);
}

/** Words some servers put in the place of no error. */
const NO_ERROR: ReadonlySet<string> = new Set(['', '0', 'no', 'none', 'null', 'ok', 'success']);

/** Whether what stands behind other members is an error: some servers write one beside every answer that is none. */
function isErrorAside(body: Buffer, start: number, end: number): boolean {
  if (!isFilled(body, start)) return false;
  if (end - start > MAX_ASIDE_BYTES) return true;
  const text = body.toString('utf8', start, end);
  const error = parseObject(text);
  if (error === undefined) return !NO_ERROR.has(text.replaceAll('"', '').toLowerCase());
  return [error['message'], error['msg'], error['code'], error['type'], error['status']].some(isWord);
}

function isWord(value: unknown): boolean {
  return isReal(value) && !NO_ERROR.has(String(value).toLowerCase());
}

function isExplained(body: Buffer): boolean {
  const object = parseObject(body.toString('utf8'));
  return object !== undefined && isExplanation(object);
}
