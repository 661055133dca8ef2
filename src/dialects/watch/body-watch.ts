import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { BoundedBuffer } from '../scan/bounded-buffer.ts';
import { isSpace, spaceEnd } from '../scan/json-walk.ts';
import type { ExpectedAnswer } from './expected-answers.ts';
import { classifyLongBody, classifyBody } from './classify-body.ts';
import type { BodyKind } from './classify-body.ts';

/** What is longer is hardly an error, and is told by its beginning and its end. Bytes. */
const MAX_CLASSIFIED_BYTES = 64 * 1024;
const LESS_THAN = 0x3c;

/**
 * A JSON answer that comes whole. It has said nothing before its end, where it turns out to be an answer, an error,
 * or neither.
 */
export class JsonWatch implements ResponseWatch {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  flaw: string | undefined;
  readonly isCheckedAtEnd = true;
  readonly #least: ExpectedAnswer;
  readonly #mayBeEmpty: boolean;
  readonly #isErrorText: ((text: string) => boolean) | undefined;
  readonly #held = new BoundedBuffer(MAX_CLASSIFIED_BYTES);
  #isLong = false;
  /** The last byte that is no white space. */
  #last: number | undefined;

  /**
   * @param mayBeEmpty whether no bytes at all are an answer too
   * @param isErrorText where errors show by other words as well
   */
  constructor(expected: ExpectedAnswer, mayBeEmpty: boolean, isErrorText?: (text: string) => boolean) {
    this.#least = expected;
    this.#mayBeEmpty = mayBeEmpty;
    this.#isErrorText = isErrorText;
  }

  read(chunk: Buffer): number {
    // White space keeps some connections alive.
    const start = this.#held.length === 0 ? spaceEnd(chunk, 0) : 0;
    const room = MAX_CLASSIFIED_BYTES - this.#held.length;
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

  #judge(): BodyKind {
    const { bytes, length } = this.#held;
    const body = bytes.subarray(startsWithMark(bytes) ? spaceEnd(bytes, 3) : 0, length);
    if (this.#isLong) return classifyLongBody(body, this.#last, this.#least);
    if (this.#isErrorText?.(body.toString()) === true) return 'error';
    return classifyBody(body, this.#least);
  }

  #conclude(kind: BodyKind | undefined): void {
    switch (kind) {
      case undefined:
        return;
      case 'answer':
      case 'empty':
        this.hasOutput = true;
        this.isComplete = true;
        this.isEmpty = kind === 'empty';
        return;
      case 'error':
        this.error = this.#held.bytes.toString('utf8', 0, this.#held.length);
        this.isComplete = true;
        return;
      default:
        this.flaw = kind;
    }
  }
}

/** Whether the mark of an encoding comes first: some servers write one. */
function startsWithMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** An answer that cannot be looked into (audio, files, text, anything compressed): its first byte is output. */
export class OpaqueWatch implements ResponseWatch {
  hasOutput = false;
  readonly error = undefined;
  isComplete = false;

  read(chunk: Buffer): number {
    if (chunk.length > 0) this.hasOutput = true;
    return chunk.length;
  }

  end(): boolean {
    this.isComplete = true;
    return true;
  }
}

/** What calls itself a page of HTML and need not be one: some servers call any text so. A page is held to its end. */
export class PageWatch implements ResponseWatch {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  readonly isCheckedAtEnd = true;
  readonly #held = new BoundedBuffer(MAX_CLASSIFIED_BYTES);

  read(chunk: Buffer): number {
    if (this.hasOutput) return chunk.length;
    this.#held.append(chunk, this.#held.length === 0 ? spaceEnd(chunk, 0) : 0, chunk.length);
    if (this.#held.length > 0 && this.#held.bytes[0] !== LESS_THAN) {
      this.hasOutput = true;
      this.#held.clear();
    }
    return chunk.length;
  }

  end(): boolean {
    if (this.#held.length > 0) this.error = this.#held.bytes.toString('utf8', 0, this.#held.length);
    this.isComplete = this.hasOutput || this.error !== undefined;
    return true;
  }
}
