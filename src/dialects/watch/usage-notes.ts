import { parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { TokenUsage } from '../../base/token-usage.ts';
import { BoundedBuffer } from '../scan/bounded-buffer.ts';
import { firstMemberAt, isSpace, valueEnd } from '../scan/json-walk.ts';
import { mergedUsage, readUsage } from './usage.ts';

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
/** So much is kept of a frame that tells tokens: an object of counts is shorter. Bytes. */
const MAX_KEPT_BYTES = 2048;

/** One thing that was told: parsed, or as bytes from where an object begins. */
type Note = Json | BoundedBuffer;

/**
 * What a stream has told of its tokens so far. The first and the last are kept, as they came: the first has the input, the last
 * the totals. They are read when somebody asks, which is after the request.
 */
export class UsageNotes {
  #first: Note | undefined;
  #last: Note | undefined;

  /** An object of counts that was parsed anyway; anything else tells nothing. */
  tell(told: Json | undefined): void {
    if (told === undefined) return;
    if (this.#first === undefined) this.#first = told;
    else this.#last = told;
  }

  /**
   * The bytes of a frame from where its object of counts begins, or from behind the key of it. They are copied, not read.
   * @param from negative where the frame has none
   */
  keep(bytes: Buffer, from: number, end: number): void {
    if (from < 0) return;
    let start = from;
    while (bytes[start] === COLON || isSpace(bytes[start])) start++;
    if (bytes[start] !== OPEN_BRACE) return;
    const isFirst = this.#first === undefined;
    const old = isFirst ? undefined : this.#last;
    const kept = old instanceof BoundedBuffer ? old : new BoundedBuffer(MAX_KEPT_BYTES);
    kept.clear();
    kept.append(bytes, start, end);
    if (isFirst) this.#first = kept;
    else this.#last = kept;
  }

  /** The tokens that were told by now. */
  read(): TokenUsage | undefined {
    return mergedUsage(usageOf(this.#first), usageOf(this.#last));
  }
}

function usageOf(told: Note | undefined): TokenUsage | undefined {
  const object = told instanceof BoundedBuffer ? objectAt(told.bytes.subarray(0, told.length), 0) : told;
  return object && readUsage(object);
}

/** The object that begins at an offset; undefined where there is none, or not all of it. */
export function objectAt(bytes: Buffer, start: number): Json | undefined {
  const end = start < 0 ? -1 : valueEnd(bytes, start);
  return end < 0 ? undefined : parseObject(bytes.toString('utf8', start, end));
}

/** Where the value of a nested member begins of the object at an offset; -1 where there is none. */
export function memberAt(bytes: Buffer, start: number, path: readonly Buffer[]): number {
  let at = start;
  for (const key of path) {
    at = firstMemberAt(bytes, at, key);
    if (at < 0) return -1;
  }
  return at;
}
