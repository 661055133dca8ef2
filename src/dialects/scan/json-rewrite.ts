import { closingQuote, QUOTE } from './json-nested.ts';
import { unescaped } from './json-strings.ts';
import { bomEnd, membersOf, spaceEnd, valueEnd, walkMembers } from './json-walk.ts';

/*
 * Rewrites values deep in JSON text, and takes some out, without parsing it: what no rewriting names keeps its bytes. Where
 * nothing changes nothing is copied. What is malformed is kept as it is.
 */

/** What becomes of a value: the same, nothing at all, or these bytes. */
export type Rewritten = 'kept' | 'removed' | Buffer;

/** Is given the offset of a value. */
type Rewrite = (at: number) => Rewritten;

const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Rewrites members of the JSON object that a body is. @returns the very same bytes where nothing changes */
export function rewriteRoot(body: Buffer, rewrite: (name: string, at: number) => Rewritten): Buffer {
  const rewritten = rewriteMembers(body, spaceEnd(body, bomEnd(body, 0)), rewrite);
  return Buffer.isBuffer(rewritten) ? rewritten : body;
}

/** Rewrites members of the object at `object`; anything else is kept. */
export function rewriteMembers(
  body: Buffer,
  object: number,
  rewrite: (name: string, at: number) => Rewritten,
): Rewritten {
  if (body[object] !== OPEN_BRACE) return 'kept';
  const pieces = new Pieces(body);
  const end = walkMembers(body, object, (keyStart, keyEnd, start, memberEnd) => {
    const rewritten = rewrite(unescaped(body.toString('utf8', keyStart, keyEnd)), start);
    pieces.add(keyStart - 1, start, memberEnd, rewritten);
  });
  return end < 0 ? 'kept' : pieces.joined('{', '}');
}

/** Rewrites items of the list at `list`; anything else is kept. */
export function rewriteItems(body: Buffer, list: number, rewrite: Rewrite): Rewritten {
  if (body[list] !== OPEN_BRACKET) return 'kept';
  const pieces = new Pieces(body);
  let at = spaceEnd(body, list + 1);
  while (body[at] !== CLOSE_BRACKET) {
    const end = valueEnd(body, at);
    if (end < 0) return 'kept';
    pieces.add(at, at, end, rewrite(at));
    at = spaceEnd(body, end);
    if (body[at] === COMMA) at = spaceEnd(body, at + 1);
    else if (body[at] !== CLOSE_BRACKET) return 'kept';
  }
  return pieces.joined('[', ']');
}

/** The items of a list, or the one value that stands in its place. */
export function rewriteEach(body: Buffer, at: number, rewrite: Rewrite): Rewritten {
  return body[at] === OPEN_BRACKET ? rewriteItems(body, at, rewrite) : rewrite(at);
}

/** The parts of one object or list as they are collected. */
class Pieces {
  readonly #body: Buffer;
  readonly #kept: Buffer[] = [];
  #isChanged = false;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** @param from - where the part begins, with its name @param start - where its value does */
  add(from: number, start: number, end: number, rewritten: Rewritten): void {
    if (rewritten !== 'kept') this.#isChanged = true;
    if (rewritten === 'removed') return;
    if (this.#kept.length > 0) this.#kept.push(SEPARATOR);
    if (rewritten === 'kept') this.#kept.push(this.#body.subarray(from, end));
    else this.#kept.push(this.#body.subarray(from, start), rewritten);
  }

  joined(open: string, close: string): Rewritten {
    if (!this.#isChanged) return 'kept';
    return Buffer.concat([Buffer.from(open), ...this.#kept, Buffer.from(close)]);
  }
}

const SEPARATOR = Buffer.from(',');

/** Where the values of an object's members begin, by their names; of equal names the last. Empty for anything else. */
export function memberStarts(body: Buffer, object: number): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  for (const { key, start } of membersOf(body, object))
    starts.set(key.includes('\\') ? unescaped(key) : key, start);
  return starts;
}

/** The string at `at` as a parser reads it, however long; undefined where there is none. */
export function wholeStringAt(body: Buffer, at: number | undefined): string | undefined {
  if (at === undefined || body[at] !== QUOTE) return undefined;
  const quote = closingQuote(body, at + 1);
  return quote < 0 ? undefined : unescaped(body.toString('utf8', at + 1, quote));
}

/** A value as JSON. */
export function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
