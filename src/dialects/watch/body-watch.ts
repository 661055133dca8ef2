import type { TokenUsage } from '../../base/token-usage.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { BoundedBuffer } from '../scan/bounded-buffer.ts';
import { bomEnd, isSpace, spaceEnd } from '../scan/json-walk.ts';
import { TailBuffer } from '../scan/tail-buffer.ts';
import { classifyLongBody, classifyBody } from './classify-body.ts';
import type { BodyKind } from './classify-body.ts';
import type { ExpectedAnswer } from './expected-answers.ts';
import { usageInBody, usageInTail } from './whole-usage.ts';
import type { UsagePath } from './whole-usage.ts';

/** A longer body is hardly an error, and is classified by its beginning and its last byte. Bytes. */
const MAX_CLASSIFIED_BYTES = 64 * 1024;
/** So much of the end of a longer body is kept: what it tells of tokens mostly stands there. */
const TAIL_BYTES = 8 * 1024;
const LESS_THAN = 0x3c;

/** A JSON answer that comes whole: it is classified at its end, and has no output before. */
export class JsonWatch implements ResponseWatch {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  flaw: string | undefined;
  readonly isCheckedAtEnd = true;
  readonly #expected: ExpectedAnswer;
  readonly #mayBeEmpty: boolean;
  readonly #isErrorText: ((text: string) => boolean) | undefined;
  readonly #held = new BoundedBuffer(MAX_CLASSIFIED_BYTES);
  readonly #usagePaths: readonly UsagePath[];
  /** Of a longer body. */
  #tail: TailBuffer | undefined;
  /** The last byte that is not white space. */
  #last: number | undefined;

  /**
   * @param usagePaths where it tells its tokens
   * @param mayBeEmpty whether no bytes at all are an answer too
   * @param isErrorText recognises further errors, of providers that answer 200 to what they refuse
   */
  constructor(
    expected: ExpectedAnswer,
    usagePaths: readonly UsagePath[],
    mayBeEmpty: boolean,
    isErrorText?: (text: string) => boolean,
  ) {
    this.#expected = expected;
    this.#usagePaths = usagePaths;
    this.#mayBeEmpty = mayBeEmpty;
    this.#isErrorText = isErrorText;
  }

  read(chunk: Buffer): number {
    // Some servers send white space ahead, to keep the connection alive.
    const start = this.#held.length === 0 ? spaceEnd(chunk, 0) : 0;
    const room = MAX_CLASSIFIED_BYTES - this.#held.length;
    if (room > 0) this.#held.append(chunk, start, chunk.length);
    if (chunk.length - start > room) this.#readBeyond(chunk, start + room);
    for (let at = chunk.length - 1; at >= start; at--) {
      if (isSpace(chunk[at])) continue;
      this.#last = chunk[at];
      break;
    }
    return chunk.length;
  }

  /** What is more than can be held begins here. */
  #readBeyond(chunk: Buffer, start: number): void {
    if (this.#tail === undefined) {
      this.#tail = new TailBuffer(TAIL_BYTES);
      this.#tail.append(this.#held.bytes, 0, this.#held.length);
    }
    this.#tail.append(chunk, start, chunk.length);
  }

  get usage(): TokenUsage | undefined {
    return this.#tail === undefined
      ? usageInBody(this.#body(), this.#usagePaths)
      : usageInTail(this.#tail.bytes, this.#usagePaths);
  }

  end(): boolean {
    if (this.#held.length === 0) this.#conclude(this.#mayBeEmpty ? 'answer' : undefined);
    else this.#conclude(this.#classify());
    return true;
  }

  /** What is held of it. Some servers write a byte order mark. */
  #body(): Buffer {
    const { bytes, length } = this.#held;
    return bytes.subarray(spaceEnd(bytes, bomEnd(bytes, 0)), length);
  }

  #classify(): BodyKind {
    const body = this.#body();
    if (this.#tail !== undefined) return classifyLongBody(body, this.#last, this.#expected);
    if (this.#isErrorText?.(body.toString()) === true) return 'error';
    return classifyBody(body, this.#expected);
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

/** An answer that is not read (audio, files, text, anything compressed): its first byte is output. */
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

/**
 * An answer of type `text/html`, which some servers use for any text. One that begins like HTML is an error, held to its
 * end.
 */
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
