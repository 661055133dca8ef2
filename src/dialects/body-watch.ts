import type { Watch } from '../upstream/watch.ts';
import { isErrorBody } from './frame-judge.ts';
import { HeldBytes } from './held-bytes.ts';
import { spaceEnd } from './json-walk.ts';

const MAX_ERROR_BYTES = 256 * 1024;
/** From its first byte that is no white space on, so much of a body shows what it is. */
const OPENING_BYTES = 64;
/** An object that begins with its error, or calls itself one; Google's servers put theirs into a list. */
const ERROR_OPENING = /^\[?\s*\{\s*(?:"error"\s*:\s*[^n\s]|"type"\s*:\s*"error")/;

/**
 * A JSON answer that comes whole. It has said nothing before its end, where it may turn out to be an error:
 * an object whose first key is `error`, with something in it, or whose type is. (A good answer may have an
 * `error` that is null, or one that is a part of something else.)
 */
export class JsonWatch implements Watch {
  output = false;
  error: string | undefined;
  complete = false;
  readonly #mayBeEmpty: boolean;
  readonly #held = new HeldBytes(MAX_ERROR_BYTES);
  readonly #isErrorText: ((text: string) => boolean) | undefined;
  #state: 'opening' | 'error' | 'answer' = 'opening';
  #empty = true;

  /**
   * @param mayBeEmpty whether no bytes at all are an answer too
   * @param isErrorText where errors show by other words, and not at once
   */
  constructor(mayBeEmpty: boolean, isErrorText?: (text: string) => boolean) {
    this.#mayBeEmpty = mayBeEmpty;
    this.#isErrorText = isErrorText;
    if (isErrorText !== undefined) this.#state = 'error';
  }

  read(chunk: Buffer): number {
    if (chunk.length > 0) this.#empty = false;
    if (this.#state === 'answer') return chunk.length;
    this.#held.append(chunk, this.#held.length === 0 ? spaceEnd(chunk, 0) : 0, chunk.length);
    if (this.#state === 'opening' && this.#held.length >= OPENING_BYTES) this.#judgeOpening();
    return chunk.length;
  }

  end(): void {
    if (this.#empty && !this.#mayBeEmpty) return;
    if (this.#state === 'opening') this.#judgeOpening();
    if (this.#state === 'error') this.error = this.#errorText();
    this.output = this.error === undefined;
    this.complete = true;
  }

  #judgeOpening(): void {
    const opening = this.#held.bytes.toString('latin1', 0, Math.min(this.#held.length, OPENING_BYTES));
    this.#state = ERROR_OPENING.test(opening) ? 'error' : 'answer';
    if (this.#state === 'answer') this.#held.clear();
  }

  #errorText(): string | undefined {
    const text = this.#held.bytes.toString('utf8', 0, this.#held.length);
    const isError = this.#isErrorText?.(text) ?? isErrorBody(text, true);
    return isError ? text : undefined;
  }
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

  end(): void {
    this.complete = true;
  }
}
