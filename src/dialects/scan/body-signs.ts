import { nextTurn } from '../../base/turns.ts';
import { QUOTE } from './json-nested.ts';
import { isSpace, valueEnd } from './json-walk.ts';

/*
 * Whether a body may hold what has to be changed in it: a search of its bytes, which most bodies pay for and few find anything.
 */

/** What shows that a body may have to be changed: any of it. */
export interface Signs {
  readonly words: readonly Buffer[];
  readonly types: readonly TypeSign[];
}

/** An object of this type that is not fine. */
export interface TypeSign {
  /** As JSON. */
  readonly type: Buffer;
  /** @param object - where it may begin, which is a guess and may be a wrong one: nothing is fine there */
  readonly isFine: (body: Buffer, object: number) => boolean;
}

/** Searched in one step, and of an object looked at in one. Bytes. */
const STEP_BYTES = 512 * 1024;

/** Whether a body shows any of these. */
export function showsSign(body: Buffer, signs: Signs): boolean {
  return search(body, signs, body.length).next().value === true;
}

/** The same; a large body is searched a part at a time, and the event loop runs between two parts. */
export async function showsSignInSteps(body: Buffer, signs: Signs, stepBytes = STEP_BYTES): Promise<boolean> {
  const steps = search(body, signs, stepBytes);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
}

/** Yields between two steps. */
function* search(body: Buffer, { words, types }: Signs, stepBytes: number): Generator<undefined, boolean> {
  const searches = types.map((sign) => new TypeSearch(body, sign, stepBytes));
  for (let at = 0; at < body.length; at += stepBytes) {
    if (at > 0) yield;
    const until = at + stepBytes;
    if (words.some((word) => body.subarray(at, until + word.length - 1).includes(word))) return true;
    if (searches.some((each) => !each.areFine(until))) return true;
  }
  return false;
}

/**
 * Looks for objects of one type. Each is found by a search for the value, and what stands around it is looked at only then; what
 * stands in one is not looked at again, so that no body takes longer than its length.
 */
class TypeSearch {
  readonly #body: Buffer;
  readonly #sign: TypeSign;
  readonly #maxBytes: number;
  /** Where the search goes on. */
  #at = 0;
  /** Where the last object ended. */
  #floor = 0;

  /** @param maxBytes - a longer object is not fine */
  constructor(body: Buffer, sign: TypeSign, maxBytes: number) {
    this.#body = body;
    this.#sign = sign;
    this.#maxBytes = maxBytes;
  }

  /** Whether those whose type begins before `until` are fine. */
  areFine(until: number): boolean {
    const { type } = this.#sign;
    while (this.#at < until) {
      const found = this.#body.subarray(this.#at, until + type.length - 1).indexOf(type);
      if (found < 0) {
        this.#at = until;
        return true;
      }
      const hit = this.#at + found;
      this.#at = hit + type.length;
      if (isValueOfType(this.#body, hit) && !this.#isFineAround(hit)) return false;
    }
    return true;
  }

  #isFineAround(hit: number): boolean {
    const object = this.#body.subarray(this.#floor, hit).lastIndexOf(OPEN_BRACE) + this.#floor;
    if (object < this.#floor) return false;
    const seen = this.#body.subarray(0, object + this.#maxBytes);
    const end = valueEnd(seen, object);
    if (end < hit || !this.#sign.isFine(seen, object)) return false;
    this.#at = end;
    this.#floor = end;
    return true;
  }
}

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const TYPE = Buffer.from('"type"');

/** Whether the string that begins at `quote` is the value of a member called `type`. */
function isValueOfType(body: Buffer, quote: number): boolean {
  let at = quote - 1;
  while (isSpace(body[at])) at--;
  if (body[at] !== COLON) return false;
  at--;
  while (isSpace(body[at])) at--;
  return body[at] === QUOTE && body.subarray(Math.max(at + 1 - TYPE.length, 0), at + 1).equals(TYPE);
}
