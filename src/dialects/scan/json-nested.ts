/* Steps over one nested value or one string of JSON text: what all other walks are made of. */

/** The bytes end first. */
export const RAN_OUT = -1;
export const MAX_DEPTH = 1000;
/** Strings shorter than this are walked: a call into native code costs as much as some dozens of bytes. */
const WALK_BYTES = 48;

const BACKSLASH = 0x5c;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
export const QUOTE = 0x22;

/** Hears of strings that are told by their words, wherever they stand: keys or values. */
export interface StringSink {
  /** The string between its quotes. One of another text, but of the same length and first letter, may come, too. */
  onString(start: number, end: number): void;
}

/** What sinks want to hear of: the marks of what is sealed. */
const MARKERS = [
  'id',
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
  'redacted_thinking',
  'reasoning.encrypted',
];
/** Of these, what names a thing that may be another's: it is told however it is written, with letters escaped too. */
const REFERENCE_KEYS = ['file_id', 'file_ids', 'container'];

/** By first letter and whether it is shorter than 32, a bit for each length: one look tells nearly every other string. */
const lengthsOf = new Uint32Array(512);
for (const text of MARKERS) addLength(text.charCodeAt(0), text.length);
for (const text of REFERENCE_KEYS) {
  // An escape is five letters longer than what it stands for.
  for (let escaped = 0; escaped <= text.length; escaped++) {
    const length = text.length + 5 * escaped;
    if (escaped < text.length) addLength(text.charCodeAt(0), length);
    if (escaped > 0) addLength(BACKSLASH, length);
  }
}

function addLength(letter: number, length: number): void {
  const slot = letter + ((length & 32) << 3);
  lengthsOf[slot] = (lengthsOf[slot] ?? 0) | (1 << (length & 31));
}

/** Where a walk over an object or array stands between two of its steps. */
export interface NestedWalk {
  /** Brackets opened and not yet closed; 0 where the walk has not begun. */
  depth: number;
  /** Those brackets, innermost last. */
  readonly opened: Uint8Array;
  /** Where it goes on. */
  at: number;
}

/** A walk that can be left off and gone on with. */
export function nestedWalk(): NestedWalk {
  return { depth: 0, opened: new Uint8Array(MAX_DEPTH), at: 0 };
}

/** The walk was left off at its bound. */
export const PAUSED = Number.NEGATIVE_INFINITY;

/** Walks that are not left off never overlap, so one serves them all. */
const sharedWalk = nestedWalk();

/**
 * Steps over an object or array.
 * @param sink hears of some strings in it
 * @returns below `RAN_OUT` where it is malformed: see `malformedAt`
 */
export function nestedEnd(body: Buffer, from: number, sink?: StringSink): number {
  sharedWalk.depth = 0;
  sharedWalk.at = from;
  return nestedPart(body, sharedWalk, body.length, sink);
}

/**
 * The same up to a bound: where that is reached before the end, the walk can be gone on with.
 * @returns as `nestedEnd` does; `PAUSED` at the bound
 */
export function nestedPart(body: Buffer, walk: NestedWalk, until: number, sink?: StringSink): number {
  const { opened } = walk;
  const bound = Math.min(until, body.length);
  let { depth, at } = walk;
  for (; at < bound; at++) {
    const byte = body[at] ?? 0;
    // Most of what is not in a string is digits, commas and space.
    if (byte < OPEN_BRACKET && byte !== QUOTE) continue;
    if (byte === QUOTE) {
      const start = at + 1;
      at = closingQuote(body, start);
      if (at < 0) return RAN_OUT;
      if (sink !== undefined && isOfInterest(body[start], at - start)) sink.onString(start, at);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === MAX_DEPTH) return RAN_OUT - 1 - at;
      opened[depth++] = byte;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      // Each closing bracket's code is two more than its opening one's.
      if (opened[--depth] !== byte - 2) return RAN_OUT - 1 - at;
      if (depth === 0) return at + 1;
    }
  }
  if (bound === body.length) return RAN_OUT;
  walk.depth = depth;
  walk.at = at;
  return PAUSED;
}

/** Only the last six bits of a length count: a string of 64 letters more passes, and is for the sink to tell. */
function isOfInterest(first: number | undefined, length: number): boolean {
  return (((lengthsOf[(first ?? 0) + ((length & 32) << 3)] ?? 0) >>> length) & 1) === 1;
}

/** Where a nested value is malformed: at an opening bracket that is too deep, or a closing one without a partner. */
export function malformedAt(end: number): number {
  return RAN_OUT - 1 - end;
}

/** Where the string that was opened before `from` closes; -1 where it does not. */
export function closingQuote(body: Buffer, from: number): number {
  const length = body.length;
  let at = from;
  while (at < length) {
    const near = Math.min(at + WALK_BYTES, length);
    for (; at < near; at++) {
      const byte = body[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at++;
    }
    if (at >= length) return -1;
    const quote = body.indexOf(QUOTE, at);
    if (quote < 0) return -1;
    let slashes = quote;
    while (slashes > at && body[slashes - 1] === BACKSLASH) slashes--;
    if ((quote - slashes) % 2 === 0) return quote;
    at = quote + 1;
  }
  return -1;
}
