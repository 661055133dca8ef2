import type { Answered } from '../outcome.ts';
import type { Retry, VerdictClass, VerdictScope } from '../verdict.ts';
import type { WaitSource } from '../waits/waits.ts';
import type { ProviderError } from '../provider-error/error-fields.ts';
import { REQUEST_NAMES } from './names.ts';
import { nothingFromClient, occursInOwnWords } from '../provider-error/own-words.ts';
import type { IsClientText } from '../provider-error/own-words.ts';

/** A status, or a class of them such as `5xx`. */
export type StatusPattern = number | '2xx' | '3xx' | '4xx' | '5xx';

/** A whole word in lower case, or an expression. */
export type WordPattern = string | RegExp;

/** What a rule looks at. Every field that stands must agree; a list agrees if one of its members does. */
export interface Match {
  /** Of the answer or, in an error found inside a success, the one it names. */
  readonly status?: StatusPattern | readonly StatusPattern[];
  /** `code` of the structured error. */
  readonly code?: WordPattern | readonly WordPattern[];
  /** `type` of the structured error. */
  readonly type?: WordPattern | readonly WordPattern[];
  /** Any word the structured error calls itself by: its code, type, status, reason or quota id. */
  readonly named?: WordPattern | readonly WordPattern[];
  /** The error's message, whole. */
  readonly message?: RegExp;
  /** The error's message without its links, whose paths speak of billing whatever the matter is. */
  readonly says?: RegExp;
  /** What the message says in words of the provider's: without links, quotes and what the client wrote. */
  readonly saysInOwnWords?: RegExp;
  /**
   * The same of the key: without sentences about another's credential. What condemns a key by its words asks this.
   */
  readonly saysAboutKey?: RegExp;
  /** Whether the error says of itself that it is of somebody behind the provider. */
  readonly relayed?: boolean;
  /** Response headers by lower-case name: each must be there and match. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Where the error stood. */
  readonly where?: 'body' | 'stream';
  /** What the error was written in. */
  readonly form?: ProviderError['form'] | readonly ProviderError['form'][];
  /** The operation that was called, such as `chat.completions`. */
  readonly operation?: WordPattern | readonly WordPattern[];
  /** The rule does not fit what this fits: a header that is there, a word that turns the meaning. */
  readonly unless?: Match;
}

/** What follows from a rule that fits. */
export interface Consequence {
  readonly class: Exclude<VerdictClass, 'ok'>;
  readonly scope: VerdictScope;
  readonly retry: Retry;
  /** Where to look for the wait the provider asks for; absent: its hints do not concern this verdict. */
  readonly wait?: WaitSource;
  /** Longest wait believed. Milliseconds; where absent an hour, and a day where the limit is said to be of hours or a quota. */
  readonly waitCapMs?: number;
  /** How far ahead of UTC the clock is that the provider names times by without a zone. Hours; 0 where absent. */
  readonly zoneHours?: number;
}

/** The part of a rule that judges. */
export interface RuleCore {
  /** Unique over all tables; part of what users see and may rely on. */
  readonly id: string;
  readonly when: Match;
  readonly verdict: Consequence;
}

/** One line of a verdict table: plain data. */
export interface Rule extends RuleCore {
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
  isClientText?: IsClientText,
): boolean {
  return (
    (when.status === undefined || matchesStatus(when.status, statusOf(answer, error))) &&
    (when.where === undefined || when.where === answer.where) &&
    (when.form === undefined || [when.form].flat().includes(error.form)) &&
    (when.code === undefined || matchesWord(when.code, error.code)) &&
    (when.type === undefined || matchesWord(when.type, error.type)) &&
    (when.named === undefined || matchesAny(when.named, error.names)) &&
    (when.message === undefined || when.message.test(error.message)) &&
    (when.says === undefined || when.says.test(error.prose)) &&
    (when.relayed === undefined || when.relayed === error.isRelayed) &&
    (when.headers === undefined || matchesHeaders(when.headers, answer.headers)) &&
    (when.operation === undefined || matchesWord(when.operation, operation)) &&
    (when.unless === undefined || !matches(when.unless, answer, error, operation, isClientText)) &&
    // Last, since these may look through the request.
    (when.saysInOwnWords === undefined ||
      occursInOwnWords(when.saysInOwnWords, error.unquoted, isClientText ?? nothingFromClient)) &&
    (when.saysAboutKey === undefined || occursAboutKey(when.saysAboutKey, answer, error, isClientText))
  );
}

/** Whether an expression fits what an error says of the key itself. */
function occursAboutKey(
  pattern: RegExp,
  answer: Answered,
  error: ProviderError,
  isClientText: IsClientText | undefined,
): boolean {
  // A request that is refused for another's credential is refused for nothing else.
  if (error.concernsClientResource && isAboutRequest(answer, error)) return false;
  return occursInOwnWords(pattern, error.aboutKey, isClientText ?? nothingFromClient);
}

/** Statuses that find fault with the request. */
const REQUEST_STATUSES = new Set([400, 404, 405, 409, 410, 413, 414, 415, 416, 422, 424, 431]);

/** Whether an error finds fault with the request, by its status or, inside a success, by what it calls itself. */
export function isAboutRequest(answer: Answered, error: ProviderError): boolean {
  const status = statusOf(answer, error);
  return REQUEST_STATUSES.has(status) || (status < 300 && matchesAny(REQUEST_NAMES, error.names));
}

/** An error inside a success often names the status it would have had. */
function statusOf(answer: Answered, error: ProviderError): number {
  return answer.status < 300 ? (error.httpStatus ?? answer.status) : answer.status;
}

function matchesStatus(pattern: NonNullable<Match['status']>, status: number): boolean {
  if (typeof pattern === 'number') return pattern === status;
  if (typeof pattern === 'string') return Number(pattern[0]) === Math.floor(status / 100);
  return pattern.some((one) => matchesStatus(one, status));
}

function matchesHeaders(patterns: Readonly<Record<string, RegExp>>, headers: Answered['headers']): boolean {
  return Object.entries(patterns).every(([name, pattern]) => {
    const value = headers[name];
    return value !== undefined && pattern.test(value);
  });
}

function matchesAny(wanted: WordPattern | readonly WordPattern[], words: readonly string[]): boolean {
  return words.some((word) => matchesWord(wanted, word));
}

function matchesWord(wanted: WordPattern | readonly WordPattern[], word: string | undefined): boolean {
  if (word === undefined) return false;
  if (typeof wanted === 'string') return wanted === word;
  if (wanted instanceof RegExp) return wanted.test(word);
  return wanted.some((one) => matchesWord(one, word));
}
