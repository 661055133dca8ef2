import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';

/**
 * Turns one provider's answer into what the client asked for: into its dialect, or into the shape that the
 * configuration wants. It is made with the request and serves the one attempt that passes the commit gate.
 */
export interface ResponseTranslator {
  /** Of the client's answer; undefined where the provider's stays. */
  readonly contentType: string | undefined;

  /** The client's answer is a stream, whatever its content type; absent: where that is one of events. */
  readonly streams?: boolean;

  /** Bytes of a stream go on as they come, whether their frame is whole or not: none is held, so none is too long. */
  readonly unbuffered?: boolean;

  /** Fields of the request that were left out for want of words, by their names. */
  readonly dropped?: readonly string[];

  /** Retells an answer that is all there. Rejects with a `RetellingError` where it cannot be read. */
  translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer>;

  /**
   * Begins to retell an answer that is still coming; what it becomes goes to `out`, which is only given whole
   * frames.
   */
  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator;

  /** There is no answer to retell: nothing waits for one any more. Nothing happens the second time. */
  drop(): void;
}

/** Where the provider's bytes go while they are retold. */
export interface StreamTranslator extends Sink {
  /**
   * The provider's answer is all there, with its end or with an error of its own. Resolves when all of it is
   * retold: true where the client has the end of it, false where it could not be read to the end.
   */
  end(): Promise<boolean>;

  /** The provider's answer broke off: what has come is retold, and no end. */
  abort(): Promise<void>;
}

/** An answer was not what its dialect says it should be. */
export class TranslationError extends Error {
  override readonly name = 'RetellingError';
}
