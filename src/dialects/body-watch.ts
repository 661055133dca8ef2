import type { Watch } from '../upstream/watch.ts';
import { isReal, parseObject } from './frame-judge.ts';
import { HeldBytes } from './held-bytes.ts';
import { isSpace } from './json-walk.ts';

const MAX_ERROR_BYTES = 256 * 1024;
/** How an error body begins, white space apart. */
const ERROR_OPENING = Buffer.from('{"error":');
/** Where in it white space may stand: before the brace, the key, the colon, and the value. */
const GAPS: ReadonlySet<number> = new Set([0, 1, ERROR_OPENING.length - 1, ERROR_OPENING.length]);
const LOWER_N = 0x6e;

/**
 * A JSON answer that comes whole. It has said nothing before its end, where it may turn out to be an error:
 * an object whose first key is `error`, with something in it. (A good answer may have an `error` that is null,
 * or one that is a part of something else.)
 */
export class JsonWatch implements Watch {
  output = false;
  error: string | undefined;
  complete = false;
  readonly #mayBeEmpty: boolean;
  readonly #held = new HeldBytes(MAX_ERROR_BYTES);
  #state: 'opening' | 'error' | 'answer' = 'opening';
  /** How much of `ERROR_OPENING` has come. */
  #matched = 0;
  #empty = true;

  /** @param mayBeEmpty whether no bytes at all are an answer too */
  constructor(mayBeEmpty: boolean) {
    this.#mayBeEmpty = mayBeEmpty;
  }

  read(chunk: Buffer): number {
    if (chunk.length > 0) this.#empty = false;
    const from = this.#state === 'opening' ? this.#readOpening(chunk) : 0;
    if (this.#state === 'error') this.#held.append(chunk, from, chunk.length);
    return chunk.length;
  }

  end(): void {
    if (this.#empty && !this.#mayBeEmpty) return;
    if (this.#state === 'error') this.error = this.#errorText();
    this.output = this.error === undefined;
    this.complete = true;
  }

  /** @returns where the value of `error` begins, once `#state` says so */
  #readOpening(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (GAPS.has(this.#matched) && isSpace(byte)) continue;
      if (this.#matched === ERROR_OPENING.length) {
        this.#state = byte === LOWER_N ? 'answer' : 'error';
        return at;
      }
      if (byte !== ERROR_OPENING[this.#matched]) {
        this.#state = 'answer';
        return at;
      }
      this.#matched++;
    }
    return chunk.length;
  }

  #errorText(): string | undefined {
    const text = `${ERROR_OPENING.toString()}${this.#held.bytes.toString('utf8', 0, this.#held.length)}`;
    const body = parseObject(text);
    return body === undefined || isReal(body['error']) ? text : undefined;
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
