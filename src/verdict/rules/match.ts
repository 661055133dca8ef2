import type { Answered } from '../outcome.ts';
import type { ProviderError } from '../provider-error/error-fields.ts';
import { nothingFromClient, occursInOwnWords } from '../provider-error/own-words.ts';
import type { IsClientText } from '../provider-error/own-words.ts';
import { blamedField } from './blamed-field.ts';
import { REQUEST_NAMES } from './names.ts';
import type { Match, StatusPattern, WordPattern } from './rule.ts';

/** Whether a rule's condition matches a response. */
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
    (when.blames === undefined || when.blames.test(blamedField(error) ?? '')) &&
    (when.relayed === undefined || when.relayed === error.isRelayed) &&
    (when.headers === undefined || matchesHeaders(when.headers, answer.headers)) &&
    (when.operation === undefined || matchesWord(when.operation, operation)) &&
    (when.unless === undefined || !matches(when.unless, answer, error, operation, isClientText)) &&
    // Last: these may search the client's request.
    (when.saysInOwnWords === undefined ||
      occursInOwnWords(when.saysInOwnWords, error.unquoted, isClientText ?? nothingFromClient)) &&
    (when.saysAboutKey === undefined || occursAboutKey(when.saysAboutKey, answer, error, isClientText))
  );
}

/** Whether an expression matches what the error says about the key itself. */
function occursAboutKey(
  pattern: RegExp,
  answer: Answered,
  error: ProviderError,
  isClientText: IsClientText | undefined,
): boolean {
  // A request refused because of another credential was not refused because of the key.
  if (error.concernsClientResource && isAboutRequest(answer, error)) return false;
  return occursInOwnWords(pattern, error.aboutKey, isClientText ?? nothingFromClient);
}

/** Statuses that blame the request. */
const REQUEST_STATUSES = new Set([400, 404, 405, 409, 410, 413, 414, 415, 416, 422, 424, 431]);

/** Whether an error blames the request: by its status or, inside a 2xx response, by its code or type. */
export function isAboutRequest(answer: Answered, error: ProviderError): boolean {
  const status = statusOf(answer, error);
  return REQUEST_STATUSES.has(status) || (status < 300 && matchesAny(REQUEST_NAMES, error.names));
}

/** An error inside a 2xx response often names the status it would have had. */
function statusOf(answer: Answered, error: ProviderError): number {
  return answer.status < 300 ? (error.httpStatus ?? answer.status) : answer.status;
}

function matchesStatus(pattern: StatusPattern | readonly StatusPattern[], status: number): boolean {
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
