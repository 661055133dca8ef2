import type { TokenUsage } from '../base/token-usage.ts';

/**
 * Reads a response body as it passes and says what it has seen. Dialects implement it; the exchange asks it when to open
 * the commit gate and where a stream may be stopped without cutting a frame in two. A watch never changes the bytes, and
 * keeps no more of them than it needs.
 */
export interface ResponseWatch {
  /**
   * Reads the next chunk of the body.
   * @returns how many bytes from its start end on a frame boundary: what follows belongs to a frame that is not whole
   *   yet. `chunk.length` where the body has no frames.
   */
  read(chunk: Buffer): number;

  /**
   * The body ended in order. Everything below is final after it.
   * @returns whether what follows the last boundary may be passed on: false where it is half a frame
   */
  end(): boolean;

  /** The first real output has been seen (content, reasoning, a tool call, or the end marker). Never reverts. */
  readonly hasOutput: boolean;

  /** The text of an error found inside the body, before or after the output. */
  readonly error: string | undefined;

  /** Whether a response that ends here is whole: a stream has shown its end marker, a body without one has ended. */
  readonly isComplete: boolean;

  /** Why a response that is not complete is unusable, in a stable word for logs; absent: nothing came. */
  readonly flaw?: string | undefined;

  /** Whatever else comes, it is neither a usable response nor an error worth waiting for: `flaw` says why. */
  readonly isUnusable?: boolean;

  /** The response is whole and empty: the model stopped before its first word. */
  readonly isEmpty?: boolean;

  /** The error is written so that a client's stream parser would skip it: it has to be reported to the client again. */
  readonly isErrorUnseen?: boolean;

  /** The body is made of events: the last of a whole one is ended where its server did not, so that the body may grow. */
  readonly isMadeOfEvents?: true;

  /** The tokens that the response has told so far. Read where it is asked for, which belongs behind the request. */
  readonly usage?: TokenUsage | undefined;

  /** Whether a body without frames may still turn out to be unusable at its end. */
  readonly isCheckedAtEnd?: boolean;
}

/** For a body that nothing looks into: it is whole when it ends. */
export const UNWATCHED: ResponseWatch = Object.freeze({
  read: (chunk: Buffer) => chunk.length,
  end: () => true,
  hasOutput: false,
  error: undefined,
  isComplete: true,
});
