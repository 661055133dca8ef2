/* Skips one nested value or one string of JSON text: what all other walks are made of. */

/** The bytes end before the value does. */
export const RAN_OUT = -1;
export const MAX_DEPTH = 1000;
/** Strings are searched byte by byte up to this: a call into native code costs as much as some dozens of bytes. */
const WALK_BYTES = 48;

const BACKSLASH = 0x5c;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
export const QUOTE = 0x22;

/** Is called with the strings of interest in a nested value, keys and values alike. */
export interface StringSink {
  /** A string without its quotes. Others of the same length and first letter are passed too: the sink compares. */
  onString(start: number, end: number): void;
}

/** Strings of interest: those that mark sealed values. */
const MARKERS = [
  'id',
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
  'redacted_thinking',
  'reasoning.encrypted',
];
/**
 * Strings of interest with any letters escaped, too: keys of references, which have to be found however they are written.
 */
const REFERENCE_KEYS = ['file_id', 'file_ids', 'container'];

/**
 * The lengths of strings of interest as bits, by first letter and by whether the length is below 32: one look-up rules out
 * nearly every other string.
 */
const lengthsOf = new Uint32Array(512);
for (const text of MARKERS) addLength(text.charCodeAt(0), text.length);
for (const text of REFERENCE_KEYS) {
  // An escaped letter (`\u0066`) takes five bytes more.
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

/** The state of a walk over an object or array between two of its parts. */
export interface NestedWalk {
  /** The number of open brackets; 0 before the walk begins. */
  depth: number;
  /** Those brackets, innermost last. */
  readonly opened: Uint8Array;
  /** Where it continues. */
  at: number;
}

/** A walk that can pause. */
export function nestedWalk(): NestedWalk {
  return { depth: 0, opened: new Uint8Array(MAX_DEPTH), at: 0 };
}

/** The walk has paused at its bound. */
export const PAUSED = Number.NEGATIVE_INFINITY;

/** Walks that do not pause never overlap, so they share one. */
const sharedWalk = nestedWalk();

/**
 * Skips an object or array.
 * @param sink is called with strings of interest in it
 * @returns below `RAN_OUT` where it is malformed: see `malformedAt`
 */
export function nestedEnd(body: Buffer, from: number, sink?: StringSink): number {
  sharedWalk.depth = 0;
  sharedWalk.at = from;
  return nestedPart(body, sharedWalk, body.length, sink);
}

/**
 * The same up to a bound, from where the walk can be continued.
 * @returns as `nestedEnd` does; `PAUSED` at the bound
 */
export function nestedPart(body: Buffer, walk: NestedWalk, until: number, sink?: StringSink): number {
  const { opened } = walk;
  const bound = Math.min(until, body.length);
  let { depth, at } = walk;
  for (; at < bound; at++) {
    const byte = body[at] ?? 0;
    // Most bytes outside of strings are digits, commas and white space.
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

/** Only the last six bits of a length are compared. */
function isOfInterest(first: number | undefined, length: number): boolean {
  return (((lengthsOf[(first ?? 0) + ((length & 32) << 3)] ?? 0) >>> length) & 1) === 1;
}

/**
 * The offset where a nested value is malformed: an opening bracket that is too deep, or a closing one that does not
 * match.
 */
export function malformedAt(end: number): number {
  return RAN_OUT - 1 - end;
}

/** The offset of the quote that closes the string which begins at `from`; -1 without one. */
export function closingQuote(body: Buffer, from: number): number {
  const length = body.length;
  let at = from;
  while (at < length) {
    const bound = Math.min(at + WALK_BYTES, length);
    for (; at < bound; at++) {
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
