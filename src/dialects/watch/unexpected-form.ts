import type { ResponseWatch } from '../../upstream/response-watch.ts';

/** What is longer is no error. Bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Watches an answer in a form that was not asked for, and that whoever is to read it cannot read: JSON where a stream was
 * asked for, or the other way round. It can still be an error, whose words are worth reading; it cannot be an answer.
 */
export class UnexpectedFormWatch implements ResponseWatch {
  readonly hasOutput = false;
  readonly flaw: string;
  isUnusable = false;
  readonly #inner: ResponseWatch;
  #bytes = 0;

  /**
   * @param inner reads the form that came
   * @param flaw says in a word for logs what is wrong
   */
  constructor(inner: ResponseWatch, flaw: string) {
    this.#inner = inner;
    this.flaw = flaw;
  }

  read(chunk: Buffer): number {
    this.#bytes += chunk.length;
    const boundary = this.#inner.read(chunk);
    this.isUnusable ||= this.#inner.hasOutput || this.#bytes > MAX_ERROR_BYTES;
    return boundary;
  }

  end(): boolean {
    return this.#inner.end();
  }

  get error(): string | undefined {
    return this.#inner.error;
  }

  /** An error is all there; anything else is not what was asked for. */
  get isComplete(): boolean {
    return this.#inner.error !== undefined;
  }
}
