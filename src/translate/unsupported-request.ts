import { familyOf } from '../dialects/operations/operation.ts';
import type { Dialect } from '../dialects/operations/operation.ts';
import type { CallOptions, UnsupportedOption } from './codec.ts';

/** What cannot be put into other words. */
export interface UnsupportedRequest {
  readonly kind: 'not-expressible';
  /** Completes "cannot be put into what … speaks: …". */
  readonly reason: string;
  /** Where something was thrown over it, where nobody had thought of what it holds: for the operator to look at. */
  readonly thrownAt?: string;
}

/**
 * What a call is over which something was thrown. All that is read of it a client has written, and the packages trust the
 * types of what stands deep inside. Throws it again where no client can have a part in it.
 */
export function unsupportedRequestOf(error: unknown): UnsupportedRequest {
  const reason = reasonOf(error);
  if (reason !== undefined) return { kind: 'not-expressible', reason };
  // A package that is not installed is nothing that a client has written.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
  return {
    kind: 'not-expressible',
    reason: 'a value in it is not of the type or form that it should be',
    thrownAt: stackOf(error),
  };
}

/** Errors by which the packages say that they have no words for something. */
const UNSUPPORTED_ERRORS: ReadonlySet<string> = new Set([
  'NotExpressible',
  'AI_UnsupportedFunctionalityError',
  'AI_InvalidArgumentError',
  'AI_InvalidPromptError',
  'AI_NoSuchProviderReferenceError',
  'AI_TypeValidationError',
]);

/** Some packages say all of what they could not take. Characters. */
const MAX_REASON_LENGTH = 500;

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !UNSUPPORTED_ERRORS.has(error.name)) return undefined;
  return error.message.slice(0, MAX_REASON_LENGTH);
}

/** Where something was thrown. What its message says may be the client's words, which are in no log. */
function stackOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [cause.name, ...frames.slice(0, MAX_FRAMES)].join('\n');
}

/** Of a stack, so many lines are told. */
const MAX_FRAMES = 6;

/** Options of a request that the provider has nothing for, by the names that the client's dialect has for them. */
export function droppedOptions(
  options: CallOptions,
  unsupported: readonly UnsupportedOption[],
  dialect: Dialect,
): string[] {
  const names = unsupported.filter((name) => options[name] !== undefined);
  if (familyOf(dialect) === 'gemini') return names;
  return names.map((name) => name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`));
}
