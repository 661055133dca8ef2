import type { Answered } from '../outcome.ts';
import type { Retry, VerdictClass, VerdictScope } from '../verdict.ts';
import type { WaitSource } from '../waits.ts';
import type { ProviderError } from './provider-error.ts';

/** A status, or a class of them such as `5xx`. */
export type StatusPattern = number | '3xx' | '4xx' | '5xx';

/**
 * What a rule looks at. Every field that stands must agree; a list agrees if one of its members does.
 * Words are compared without regard to case.
 */
export interface Match {
  /** Of the answer or, in an error found inside a success, the one it names. */
  readonly status?: StatusPattern | readonly StatusPattern[];
  /** `code` of the structured error. */
  readonly code?: string | readonly string[];
  /** `type` of the structured error. */
  readonly type?: string | readonly string[];
  /** Any word the structured error calls itself by: its code, type, status or reason. */
  readonly named?: string | readonly string[];
  /** The error's message. Anchored, or else so plain that nobody's prompt could be quoted by it. */
  readonly message?: RegExp;
  /** Response headers by lower-case name: each must be there and match. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Where the error stood. */
  readonly where?: 'body' | 'stream';
  /** What the error was written in. */
  readonly form?: ProviderError['form'];
  /** The operation that was called, such as `chat.completions`. */
  readonly operation?: string | readonly string[];
}

/** One line of a verdict table: plain data. */
export interface Rule {
  /** Unique over all tables; part of what users see and may rely on. */
  readonly id: string;
  readonly when: Match;
  readonly verdict: {
    readonly class: Exclude<VerdictClass, 'ok'>;
    readonly scope: VerdictScope;
    readonly retry: Retry;
    /** Where to look for the wait the provider asks for; absent: its hints do not concern this verdict. */
    readonly wait?: WaitSource;
    /** Longest wait believed. Milliseconds; an hour where absent. */
    readonly waitCapMs?: number;
  };
  /** Where the fact is from: a public page, repository or thread. */
  readonly source: string;
  /** An answer this rule decides; a test holds it to that. */
  readonly example: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** True where the body is what stood in a stream that began as a success. */
    readonly stream?: boolean;
  };
}

/** Whether a rule fits an answer. */
export function matches(
  when: Match,
  answer: Answered,
  error: ProviderError,
  operation: string | undefined,
): boolean {
  return (
    (when.status === undefined || matchesStatus(when.status, answer, error)) &&
    (when.where === undefined || when.where === answer.where) &&
    (when.form === undefined || when.form === error.form) &&
    (when.code === undefined || isOneOf(when.code, error.code)) &&
    (when.type === undefined || isOneOf(when.type, error.type)) &&
    (when.named === undefined || error.names.some((name) => isOneOf(when.named, name))) &&
    (when.message === undefined || when.message.test(error.message)) &&
    (when.headers === undefined || matchesHeaders(when.headers, answer.headers)) &&
    (when.operation === undefined || isOneOf(when.operation, operation))
  );
}

function matchesStatus(
  pattern: NonNullable<Match['status']>,
  answer: Answered,
  error: ProviderError,
): boolean {
  const status = answer.status < 300 ? (error.httpStatus ?? answer.status) : answer.status;
  if (typeof pattern === 'number') return pattern === status;
  if (typeof pattern === 'string') return Number(pattern[0]) === Math.floor(status / 100);
  return pattern.some((one) => matchesStatus(one, answer, error));
}

function matchesHeaders(patterns: Readonly<Record<string, RegExp>>, headers: Answered['headers']): boolean {
  return Object.entries(patterns).every(([name, pattern]) => {
    const value = headers[name];
    return value !== undefined && pattern.test(value);
  });
}

function isOneOf(wanted: string | readonly string[] | undefined, word: string | undefined): boolean {
  if (wanted === undefined || word === undefined) return false;
  const lower = word.toLowerCase();
  return typeof wanted === 'string'
    ? wanted.toLowerCase() === lower
    : wanted.some((one) => one.toLowerCase() === lower);
}
