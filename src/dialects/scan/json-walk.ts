import { closingQuote, nestedEnd, QUOTE, RAN_OUT } from './json-nested.ts';

/*
 * Walks over JSON text without parsing it. What skips a value returns the offset behind it, or `RAN_OUT` where the bytes end
 * first. Nested values are checked for strings that end and brackets that match only.
 */

const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** The offset behind a byte order mark at `from`; `from` without one. */
export function bomEnd(body: Buffer, from: number): number {
  return body[from] === 0xef && body[from + 1] === 0xbb && body[from + 2] === 0xbf ? from + 3 : from;
}

/** The offset of the next byte that is not white space; the length without one. */
export function spaceEnd(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isSpace(body[at])) at++;
  return at;
}

/** Whether this byte ends a number, `true`, `false` or `null`. */
export function endsLiteral(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte);
}

/** Skips any value; negative where it is malformed or incomplete. */
export function valueEnd(body: Buffer, from: number): number {
  const first = body[from];
  if (first === QUOTE) {
    const quote = closingQuote(body, from + 1);
    return quote < 0 ? RAN_OUT : quote + 1;
  }
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(body, from);
  let at = from;
  while (at < body.length && !endsLiteral(body[at])) at++;
  return at === body.length ? RAN_OUT : at;
}

/** A key as written, and the offset of its value. */
export interface Member {
  readonly key: string;
  readonly start: number;
}

/**
 * The members of the object at `from`, each before its value is skipped, so that early ones are found although the rest is
 * missing. Ends without an error where the text is malformed, ends, or is no object.
 */
export function* membersOf(body: Buffer, from: number): Generator<Member> {
  if (body[from] !== OPEN_BRACE) return;
  let at = spaceEnd(body, from + 1);
  while (body[at] === QUOTE) {
    const quote = closingQuote(body, at + 1);
    if (quote < 0) return;
    const key = body.toString('latin1', at + 1, quote);
    const colon = spaceEnd(body, quote + 1);
    if (body[colon] !== COLON) return;
    const start = spaceEnd(body, colon + 1);
    if (start === body.length) return;
    yield { key, start };
    const end = valueEnd(body, start);
    if (end < 0) return;
    at = spaceEnd(body, end);
    if (body[at] !== COMMA) return;
    at = spaceEnd(body, at + 1);
  }
}

/**
 * The offset of the value of the first member called `key` of the object at `from`; -1 where there is none before the text
 * ends or is malformed. Allocates nothing.
 */
export function firstMemberAt(body: Buffer, from: number, key: Buffer): number {
  if (body[from] !== OPEN_BRACE) return -1;
  let at = spaceEnd(body, from + 1);
  while (body[at] === QUOTE) {
    const quote = closingQuote(body, at + 1);
    if (quote < 0) return -1;
    const colon = spaceEnd(body, quote + 1);
    if (body[colon] !== COLON) return -1;
    const start = spaceEnd(body, colon + 1);
    if (isAt(body, at + 1, quote, key)) return start;
    const end = valueEnd(body, start);
    if (end < 0) return -1;
    at = spaceEnd(body, end);
    if (body[at] !== COMMA) return -1;
    at = spaceEnd(body, at + 1);
  }
  return -1;
}

/** Whether the bytes from `start` to `end` are those of `text`. */
export function isAt(body: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (body[start + at] !== text[at]) return false;
  return true;
}

/** Is called with each member of an object: the offsets of its key, without the quotes, and of its value. */
type MemberSink = (keyStart: number, keyEnd: number, start: number, end: number) => void;

/**
 * Skips the object at `from`, and calls `sink` with each of its members.
 * @returns the offset behind it; `RAN_OUT` where the bytes end first; below that where it is malformed
 */
export function walkMembers(body: Buffer, from: number, sink: MemberSink): number {
  let at = spaceEnd(body, from + 1);
  if (body[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (at >= body.length) return RAN_OUT;
    if (body[at] !== QUOTE) return RAN_OUT - 1 - at;
    const quote = closingQuote(body, at + 1);
    if (quote < 0) return RAN_OUT;
    const colon = spaceEnd(body, quote + 1);
    const start = spaceEnd(body, colon + 1);
    if (start >= body.length) return RAN_OUT;
    if (body[colon] !== COLON) return RAN_OUT - 1 - colon;
    const end = valueEnd(body, start);
    if (end < 0) return end;
    sink(at + 1, quote, start, end);
    at = spaceEnd(body, end);
    if (at >= body.length) return RAN_OUT;
    if (body[at] === CLOSE_BRACE) return at + 1;
    if (body[at] !== COMMA) return RAN_OUT - 1 - at;
    at = spaceEnd(body, at + 1);
  }
}

/** The offset of each item of the array at `from`. Ends without an error, as `membersOf` does. */
export function* itemsOf(body: Buffer, from: number): Generator<number> {
  if (body[from] !== OPEN_BRACKET) return;
  let at = spaceEnd(body, from + 1);
  while (at < body.length && body[at] !== CLOSE_BRACKET) {
    yield at;
    const end = valueEnd(body, at);
    if (end < 0) return;
    at = spaceEnd(body, end);
    if (body[at] !== COMMA) return;
    at = spaceEnd(body, at + 1);
  }
}

/** The string at `from`, if it has no escapes and at most `maxBytes`. */
export function plainStringAt(body: Buffer, from: number, maxBytes: number): string | undefined {
  if (body[from] !== QUOTE) return undefined;
  const quote = closingQuote(body, from + 1);
  if (quote < 0 || quote - from - 1 > maxBytes) return undefined;
  const text = body.toString('utf8', from + 1, quote);
  return text.includes('\\') ? undefined : text;
}

/** Whether the value at `start` is neither null, false nor empty. */
export function isFilled(body: Buffer, start: number): boolean {
  switch (body[start]) {
    case LOWER_N:
    case LOWER_F:
      return false;
    case QUOTE:
      return body[start + 1] !== QUOTE;
    case OPEN_BRACE:
      return body[spaceEnd(body, start + 1)] !== CLOSE_BRACE;
    case OPEN_BRACKET:
      return body[spaceEnd(body, start + 1)] !== CLOSE_BRACKET;
    default:
      return true;
  }
}

/** White space of JSON. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
