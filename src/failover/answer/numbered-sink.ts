import type { Sink } from '../../upstream/exchange.ts';

/** In text it is escaped, so that it is found as a key alone. */
const KEY = Buffer.from('"sequence_number":');
const NUMBER = /"sequence_number": ?(\d+)(?=\D)/gu;
/** Key and number are not longer. Bytes. */
const MAX_LENGTH = 48;

/** Passes on the stream of a response, and knows the number of the event that would come next. */
export class NumberedSink implements Sink {
  readonly #out: Sink;
  #last = -1;
  /** The end of what came, in which a number may have begun. */
  #tail = '';

  constructor(out: Sink) {
    this.#out = out;
  }

  /** Counted from 0. */
  get next(): number {
    return this.#last + 1;
  }

  write(chunk: Buffer): boolean {
    this.#note(this.#tail + chunk.toString('latin1', 0, MAX_LENGTH));
    // Only the last of a chunk matters.
    const at = chunk.lastIndexOf(KEY);
    if (at >= 0) this.#note(chunk.toString('latin1', at, at + MAX_LENGTH));
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - MAX_LENGTH))).slice(
      -MAX_LENGTH,
    );
    return this.#out.write(chunk);
  }

  onDrain(resume: () => void): void {
    this.#out.onDrain(resume);
  }

  #note(text: string): void {
    for (const [, digits] of text.matchAll(NUMBER)) this.#last = Math.max(this.#last, Number(digits));
  }
}
