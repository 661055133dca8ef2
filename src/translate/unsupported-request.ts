/** A request that cannot be translated for a provider. */
export interface UnsupportedRequest {
  readonly kind: 'not-expressible';
  /** For the client: completes the message of `not_expressible`. */
  readonly reason: string;
  /** The stack where something unforeseen was thrown, for the operator. */
  readonly thrownAt?: string;
}

/** Too much is being translated already: the request is refused. */
export interface Busy {
  readonly kind: 'busy';
}

/**
 * The reason why a request is unsupported, from what was thrown while it was translated: a client wrote all that is read
 * there, and the packages trust the types of nested values. Throws it again where no client can have caused it.
 */
export function unsupportedRequestOf(error: unknown): UnsupportedRequest {
  const reason = reasonOf(error);
  if (reason !== undefined) return { kind: 'not-expressible', reason };
  // A package that is not installed is not the client's fault.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
  return {
    kind: 'not-expressible',
    reason: 'a value in it is not of the type or form that it should be',
    thrownAt: stackOf(error),
  };
}

/** Errors by which the packages say that they cannot express something. */
const UNSUPPORTED_ERRORS: ReadonlySet<string> = new Set([
  'NotExpressible',
  'AI_UnsupportedFunctionalityError',
  'AI_InvalidArgumentError',
  'AI_InvalidPromptError',
  'AI_NoSuchProviderReferenceError',
  'AI_TypeValidationError',
]);

/** Some packages quote all of a value that they refuse. Characters. */
const MAX_REASON_LENGTH = 500;

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !UNSUPPORTED_ERRORS.has(error.name)) return undefined;
  return error.message.slice(0, MAX_REASON_LENGTH);
}

/** Where something was thrown, without its message, which may quote the client: that is never logged. */
function stackOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? '').split('\n').filter((frame) => /^\s+at /.test(frame));
  return [cause.name, ...frames.slice(0, MAX_FRAMES)].join('\n');
}

/** So many frames of a stack are logged. */
const MAX_FRAMES = 6;
