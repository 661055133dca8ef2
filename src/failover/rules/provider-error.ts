import { dataOf } from './event-text.ts';

/** The structured part of a provider's error, whichever shape it came in. */
export interface ProviderError {
  /** What it was written in. `text` is anything that is neither JSON nor HTML. */
  readonly form: 'json' | 'html' | 'text' | 'empty';
  /** At most 2,000 characters; empty where none was found. */
  readonly message: string;
  readonly code: string | undefined;
  readonly type: string | undefined;
  /** Every word it calls itself by: code, type, Google's status, reasons and codes of its details. */
  readonly names: readonly string[];
  /** The HTTP status it speaks of, where it names one: what an error inside a 200 would have been. */
  readonly httpStatus: number | undefined;
}

/** Longer texts are not parsed: no provider explains itself at such length. */
const MAX_TEXT = 256 * 1024;
const MAX_MESSAGE = 2000;
const MAX_NAME = 100;
const MAX_DETAILS = 16;
const MAX_DEPTH = 6;

const empty: ProviderError = {
  form: 'empty',
  message: '',
  code: undefined,
  type: undefined,
  names: [],
  httpStatus: undefined,
};

const jsonError: ProviderError = { ...empty, form: 'json' };

/**
 * Finds the error in what a provider sent: `{error: {…}}`, `{type: 'error', error: {…}}`, `[{error}]`,
 * `{message, code}`, `{detail}`, `{errors: […]}`, `{response: {error}}`, a bare string, any of these in the
 * data lines of an event stream; or a page of HTML, whose title is its message. Never throws.
 */
export function readError(text: string, contentType: string | undefined): ProviderError {
  const trimmed = text.slice(0, MAX_TEXT).trim();
  if (trimmed === '') return empty;

  for (const payload of payloadsOf(trimmed)) {
    const found = findError(parse(payload), 0);
    if (found !== undefined) return found;
  }
  if (trimmed.startsWith('<') || contentType?.startsWith('text/html') === true) {
    return { ...empty, form: 'html', message: titleOf(trimmed) };
  }
  return { ...empty, form: 'text', message: bounded(trimmed, MAX_MESSAGE) };
}

/** The JSON texts to look into: the body itself, or each event of a stream. */
function payloadsOf(text: string): Iterable<string> {
  return /^[[{"]/.test(text) ? [text] : dataOf(text);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON: what it is instead, the caller finds out.
    return undefined;
  }
}

/** Undefined where the value holds no error: an event of the good part of a stream, a number, a null. */
function findError(value: unknown, depth: number): ProviderError | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return errorOfWord(value);
  if (Array.isArray(value)) return findError(value[0], depth + 1);
  if (!isRecord(value)) return undefined;

  const inner = value['error'] ?? value['detail'] ?? value['errors'] ?? failureOf(value['response']);
  const nested = findError(inner, depth + 1);
  const own = fieldsOf(value);
  if (nested === undefined) return own;
  // What stands around the error adds to it where the error itself is silent, as in {code, error: 'text'}.
  return own === undefined ? nested : merge(nested, own);
}

/** In `{error: '…'}`: one word is a code, more are a message. */
function errorOfWord(word: string): ProviderError | undefined {
  if (word === '') return undefined;
  if (/^[\w.:-]{1,100}$/.test(word)) return { ...jsonError, code: word, names: [word] };
  return { ...jsonError, message: bounded(word, MAX_MESSAGE) };
}

function failureOf(response: unknown): unknown {
  return isRecord(response) ? response['error'] : undefined;
}

function fieldsOf(value: Record<string, unknown>): ProviderError | undefined {
  const message = wordOf(value['message'] ?? value['Message'] ?? value['msg'] ?? value['title'], MAX_MESSAGE);
  const code = wordOf(value['code'], MAX_NAME);
  // In {type: 'error', …} the type says only that this is one.
  const type = value['type'] === 'error' ? undefined : wordOf(value['type'] ?? value['__type'], MAX_NAME);
  if (message === undefined && code === undefined) return undefined;
  const status = wordOf(value['status'], MAX_NAME);
  const names = [code, type, status, ...detailNames(value['details']), ...innerNames(value['innererror'])];
  return {
    ...jsonError,
    message: message ?? '',
    code,
    type,
    names: names.filter((name) => name !== undefined),
    httpStatus: [value['status_code'], value['status'], value['code']].map(httpStatusOf).find(isPresent),
  };
}

/** Google puts a reason into each of its details, Anthropic an error code into the one it has. */
function detailNames(details: unknown): (string | undefined)[] {
  const list: unknown[] = Array.isArray(details) ? details.slice(0, MAX_DETAILS) : [details];
  return list
    .filter(isRecord)
    .flatMap((detail) => [wordOf(detail['reason'], MAX_NAME), wordOf(detail['error_code'], MAX_NAME)]);
}

/** Azure's own word stands below the one it shares with OpenAI. */
function innerNames(inner: unknown): (string | undefined)[] {
  return isRecord(inner) ? [wordOf(inner['code'], MAX_NAME)] : [];
}

function merge(inner: ProviderError, outer: ProviderError): ProviderError {
  return {
    ...inner,
    message: inner.message === '' ? outer.message : inner.message,
    code: inner.code ?? outer.code,
    type: inner.type ?? outer.type,
    names: [...inner.names, ...outer.names],
    httpStatus: inner.httpStatus ?? outer.httpStatus,
  };
}

function httpStatusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : undefined;
}

function wordOf(value: unknown, maxLength: number): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? bounded(value, maxLength) : undefined;
}

function titleOf(html: string): string {
  const head = html.slice(0, MAX_MESSAGE);
  return /<title[^>]*>([^<]*)/i.exec(head)?.[1]?.trim() ?? '';
}

function bounded(text: string, maxLength: number): string {
  return text.length > maxLength ? text.slice(0, maxLength) : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
