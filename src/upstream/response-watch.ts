/**
 * Reads an answer as it passes by and says what it has seen. Dialects implement it; the exchange asks it
 * when to open the commit gate and where a stream may be stopped without cutting a frame in two.
 * A watch never changes, copies or keeps more bytes than it needs to judge.
 */
export interface ResponseWatch {
  /**
   * Reads the next bytes of the body.
   * @returns how many bytes of this chunk, counted from its start, end on a boundary: what follows them
   *   belongs to a frame that is not whole yet. `chunk.length` where the body has no frames.
   */
  read(chunk: Buffer): number;

  /**
   * The body ended in order. Everything below is final after it.
   * @returns whether what stands behind the last boundary may be passed on: false where it is half a frame
   */
  end(): boolean;

  /** The first real output has been seen (content, reasoning, a tool call, or the end marker). Never turns back. */
  readonly hasOutput: boolean;

  /** The text of an error found inside the body, before or after the output. */
  readonly error: string | undefined;

  /** Whether an answer that ends here is whole: a stream has shown its end marker, a body with no marker has ended. */
  readonly isComplete: boolean;

  /** Why an answer that is not complete is none, in a stable word for logs; absent: nothing came. */
  readonly flaw?: string | undefined;

  /** Whatever else comes, it is no answer, and no error worth waiting for: `flaw` says why. */
  readonly isUnusable?: boolean;

  /** The answer is whole and says nothing: a model stopped before its first word. */
  readonly isEmpty?: boolean;

  /** The error is written so that a reader of the stream passes over it: the client has to be told. */
  readonly isErrorUnseen?: boolean;

  /** Whether a body without frames may still turn out to be no answer at its end. */
  readonly isCheckedAtEnd?: boolean;
}

/** Watches a body that nobody reads on its way: it is whole when it ends. */
export const UNWATCHED: ResponseWatch = Object.freeze({
  read: (chunk: Buffer) => chunk.length,
  end: () => true,
  hasOutput: false,
  error: undefined,
  isComplete: true,
});
