import type { TokenUsage } from '../../base/token-usage.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';

/** A longer answer is no error. Bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Watches an answer in a form that was not asked for, such as JSON instead of a stream, where its reader needs the form that
 * was. It can be an error, which is read; it cannot be an answer.
 */
export class UnexpectedFormWatch implements ResponseWatch {
  readonly hasOutput = false;
  readonly flaw: string;
  isUnusable = false;
  readonly #inner: ResponseWatch;
  #bytes = 0;

  /**
   * @param inner reads the form that was received
   * @param flaw a word for logs
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

  get usage(): TokenUsage | undefined {
    return this.#inner.usage;
  }

  /** An error is complete; anything else is no answer. */
  get isComplete(): boolean {
    return this.#inner.error !== undefined;
  }
}
