import type { Watch } from '../upstream/watch.ts';
import { HeldBytes } from './held-bytes.ts';
import { isSpace, spaceEnd } from './json-walk.ts';
import type { Least } from './least-answers.ts';
import { judgeLong, judgeWhole } from './whole-answer.ts';
import type { Finding } from './whole-answer.ts';

/** What is longer is hardly an error, and is told by its beginning and its end. Bytes. */
const MAX_JUDGED_BYTES = 64 * 1024;
const LESS_THAN = 0x3c;

/**
 * A JSON answer that comes whole. It has said nothing before its end, where it turns out to be an answer, an error,
 * or neither.
 */
export class JsonWatch implements Watch {
  output = false;
  error: string | undefined;
  complete = false;
  empty = false;
  flaw: string | undefined;
  readonly isJudgedAtEnd = true;
  readonly #least: Least;
  readonly #mayBeEmpty: boolean;
  readonly #isErrorText: ((text: string) => boolean) | undefined;
  readonly #held = new HeldBytes(MAX_JUDGED_BYTES);
  #isLong = false;
  /** The last byte that is no white space. */
  #last: number | undefined;

  /**
   * @param mayBeEmpty whether no bytes at all are an answer too
   * @param isErrorText where errors show by other words as well
   */
  constructor(least: Least, mayBeEmpty: boolean, isErrorText?: (text: string) => boolean) {
    this.#least = least;
    this.#mayBeEmpty = mayBeEmpty;
    this.#isErrorText = isErrorText;
  }

  read(chunk: Buffer): number {
    // White space keeps some connections alive.
    const start = this.#held.length === 0 ? spaceEnd(chunk, 0) : 0;
    const room = MAX_JUDGED_BYTES - this.#held.length;
    if (chunk.length - start > room) this.#isLong = true;
    if (room > 0) this.#held.append(chunk, start, chunk.length);
    for (let at = chunk.length - 1; at >= start; at--) {
      if (isSpace(chunk[at])) continue;
      this.#last = chunk[at];
      break;
    }
    return chunk.length;
  }

  end(): boolean {
    if (this.#held.length === 0) this.#conclude(this.#mayBeEmpty ? 'answer' : undefined);
    else this.#conclude(this.#judge());
    return true;
  }

  #judge(): Finding {
    const { bytes, length } = this.#held;
    const body = bytes.subarray(startsWithMark(bytes) ? spaceEnd(bytes, 3) : 0, length);
    if (this.#isLong) return judgeLong(body, this.#last, this.#least);
    if (this.#isErrorText?.(body.toString()) === true) return 'error';
    return judgeWhole(body, this.#least);
  }

  #conclude(finding: Finding | undefined): void {
    switch (finding) {
      case undefined:
        return;
      case 'answer':
      case 'empty':
        this.output = true;
        this.complete = true;
        this.empty = finding === 'empty';
        return;
      case 'error':
        this.error = this.#held.bytes.toString('utf8', 0, this.#held.length);
        this.complete = true;
        return;
      default:
        this.flaw = finding;
    }
  }
}

/** Whether the mark of an encoding comes first: some servers write one. */
function startsWithMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** An answer that cannot be looked into (audio, files, text, anything compressed): its first byte is output. */
export class OpaqueWatch implements Watch {
  output = false;
  readonly error = undefined;
  complete = false;

  read(chunk: Buffer): number {
    if (chunk.length > 0) this.output = true;
    return chunk.length;
  }

  end(): boolean {
    this.complete = true;
    return true;
  }
}

/** What calls itself a page of HTML and need not be one: some servers call any text so. A page is held to its end. */
export class PageWatch implements Watch {
  output = false;
  error: string | undefined;
  complete = false;
  readonly isJudgedAtEnd = true;
  readonly #held = new HeldBytes(MAX_JUDGED_BYTES);

  read(chunk: Buffer): number {
    if (this.output) return chunk.length;
    this.#held.append(chunk, this.#held.length === 0 ? spaceEnd(chunk, 0) : 0, chunk.length);
    if (this.#held.length > 0 && this.#held.bytes[0] !== LESS_THAN) {
      this.output = true;
      this.#held.clear();
    }
    return chunk.length;
  }

  end(): boolean {
    if (this.#held.length > 0) this.error = this.#held.bytes.toString('utf8', 0, this.#held.length);
    this.complete = this.output || this.error !== undefined;
    return true;
  }
}
