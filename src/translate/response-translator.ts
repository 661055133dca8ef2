import type { ClientError } from '../dialects/errors/client-error.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';

/**
 * Turns one provider's response into what the client requested: into its dialect, or into the shape that the
 * configuration wants. It is made with the request and serves the one attempt that passes the commit gate.
 */
export interface ResponseTranslator {
  /** Of the client's response; undefined where the provider's stays. */
  readonly contentType: string | undefined;

  /** The client's response is a stream, whatever its content type; absent: where that is `text/event-stream`. */
  readonly streams?: boolean;

  /** Bytes of a stream pass as they come, whether their frame is whole or not: no frame is held, so none is too long. */
  readonly unbuffered?: boolean;

  /** A whole response names resources as the client will, so that calls for them find the key that made them. */
  readonly namesResources?: boolean;

  /** Fields of the request that were dropped because the provider has nothing for them, by their names. */
  readonly dropped?: readonly string[];

  /** What of the response is an estimate, where the provider tells it too late or not at all: names of fields. */
  readonly estimated?: readonly string[];

  /** A whole response is read on the event loop, and is not longer than this. Bytes. */
  readonly maxWholeBytes?: number;

  /**
   * Translates a whole response. Rejects with a `TranslationError` where it cannot be read, and with a `WithheldAnswer` where it
   * is an error for the client.
   */
  translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer>;

  /**
   * Starts to translate a response that is still coming; the result goes to `out`, which is only given whole frames.
   */
  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator;

  /**
   * What an error becomes that ends a translated stream after it has begun: whole frames, which nothing may follow. Absent: the
   * client's dialect has one event for it, whatever came before.
   */
  writeError?(error: ClientError): string;

  /** There is no response to translate: lets go of all that waits for one. May be called again. */
  drop(): void;
}

/** Where the provider's bytes go while they are translated. */
export interface StreamTranslator extends Sink {
  /**
   * The provider's response is over, with its end marker or with an error of its own. Resolves when all of it is
   * translated: true where the client has the end of it, false where it could not be read to the end.
   */
  end(): Promise<boolean>;

  /** The provider's response broke off: what has come is translated, and no end marker. */
  abort(): Promise<void>;
}

/** The provider withheld what was asked for, and its response says so: the client gets an error. No key is to blame. */
export class WithheldAnswer extends Error {
  override readonly name = 'WithheldAnswer';
  readonly error: ClientError;

  constructor(error: ClientError) {
    super(error.message);
    this.error = error;
  }
}

/** A response is not what its dialect says it should be. */
export class TranslationError extends Error {
  override readonly name = 'TranslationError';
}
