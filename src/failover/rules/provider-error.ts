import { errorOfCutJson } from './cut-json.ts';
import { dataOf, outsideEvents } from './event-text.ts';
import { bounded, emptyError, errorOfFields, errorOfText, isRecord } from './error-fields.ts';
import type { ProviderError } from './error-fields.ts';

/** Longer texts are not parsed: no provider explains itself at such length. */
const MAX_TEXT = 256 * 1024;
const MAX_MESSAGE = 2000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 16;

type Headers = Readonly<Record<string, string>>;

/**
 * Finds the error in what a provider sent: `{error: {…}}`, `{type: 'error', error: {…}}`, `[{error}]`,
 * `{message, code}`, `{detail}`, `{errors: […]}`, `{response: {error}}`, `{base_resp}`, `{Response: {Error}}`,
 * `{ErrorMsg}`, `{header: {code}}`, a bare string, JSON inside the message of JSON, any of these in the data lines of an event
 * stream; or a page of HTML, whose title is its message. Never throws.
 * @param headers lower-case names
 */
export function readError(text: string, headers: Headers): ProviderError {
  const error = readText(text.slice(0, MAX_TEXT).trim(), headers['content-type']);
  const exception = awsException(headers);
  return exception === undefined ? error : { ...error, names: [...error.names, exception] };
}

function readText(text: string, contentType: string | undefined): ProviderError {
  if (text === '') return emptyError;
  for (const payload of payloadsOf(text)) {
    const found = findError(parse(payload), 0);
    if (found !== undefined) return found;
  }
  const cut = /^[[{]/.test(text) ? errorOfCutJson(text) : undefined;
  if (cut !== undefined) return cut;
  if (text.startsWith('<') || contentType?.startsWith('text/html') === true) {
    return { ...errorOfText(titleOf(text)), form: 'html' };
  }
  const plain = withQuoted(errorOfText(bounded(text, MAX_MESSAGE)), 0);
  return { ...plain, form: 'text', names: [...plain.names, ...exceptionsIn(text)] };
}

/** Bedrock names its exception in a header alone: `ThrottlingException:http://…`. */
function awsException(headers: Headers): string | undefined {
  const value = headers['x-amzn-errortype'];
  return value === undefined ? undefined : bounded(value.split(':', 1)[0] ?? '', 100).toLowerCase();
}

/** Bedrock's event stream is binary; its exceptions can be read all the same. */
function exceptionsIn(text: string): string[] {
  if (!text.includes(':exception-type')) return [];
  return [...new Set(text.replaceAll(':exception-type', ' ').match(/\b[a-zA-Z]{4,60}Exception\b/g))]
    .slice(0, 4)
    .map((name) => name.toLowerCase());
}

/** The JSON texts to look into: the body itself, or each event of a stream and what stands bare among them. */
function payloadsOf(text: string): Iterable<string> {
  return /^[[{"]/.test(text) ? [text] : [...dataOf(text), outsideEvents(text)];
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
  if (typeof value === 'string') return errorOfString(value, depth);
  if (Array.isArray(value)) return firstError(value.slice(-MAX_ITEMS), depth);
  if (!isRecord(value) || isProgress(value)) return undefined;

  const nested = firstError(nestedIn(value), depth);
  const own = errorOfFields(value);
  if (own === undefined) return nested;
  const explained = nested ?? quotedIn(own, depth);
  // What stands around the error adds to it where the error itself is silent, as in {code, error: 'text'}.
  return withQuoted(explained === undefined ? own : merge(explained, own), depth);
}

/** Of the events of a response only these two tell of an error; others have a `code` that is a program's. */
function isProgress({ type }: Record<string, unknown>): boolean {
  return typeof type === 'string' && /^response\.(?!failed$|error$)/.test(type);
}

function firstError(values: readonly unknown[], depth: number): ProviderError | undefined {
  for (const value of values) {
    const found = findError(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The places providers put an error in. */
function nestedIn(value: Record<string, unknown>): unknown[] {
  const { error, detail, errors, choices, response, Response: tencent } = value;
  const { base_resp: minimax, header: spark, last_error: coze, ErrorMsg: hunyuan } = value;
  return [
    error,
    detail,
    isRecord(response) ? response['error'] : undefined,
    isRecord(tencent) ? tencent['Error'] : undefined,
    isRecord(minimax) ? { code: minimax['status_code'], message: minimax['status_msg'] } : undefined,
    isRecord(spark) && typeof spark['code'] === 'number' ? spark : undefined,
    isRecord(hunyuan) ? { code: hunyuan['Code'], message: hunyuan['Msg'] } : undefined,
    exceptionIn(value),
    coze,
    errors,
    Array.isArray(choices) && isRecord(choices[0]) ? choices[0]['error'] : undefined,
  ];
}

/** Bedrock's events, as its SDKs decode them: `{throttlingException: {message}}`. */
function exceptionIn(value: Record<string, unknown>): unknown {
  const name = Object.keys(value).find((key) => /^[a-z]\w{3,60}Exception$/.test(key));
  const described = name === undefined ? undefined : value[name];
  return isRecord(described) ? { ...described, code: name } : undefined;
}

/** One word is a code, JSON is another's error passed on, the rest is a message. */
function errorOfString(text: string, depth: number): ProviderError | undefined {
  if (text === '') return undefined;
  const quoted = /^\s*[[{]/.test(text) ? findError(parse(text), depth + 1) : undefined;
  if (quoted !== undefined) return quoted;
  if (!/^[\w.:-]{1,100}$/.test(text)) return errorOfText(bounded(text, MAX_MESSAGE));
  return { ...emptyError, form: 'json', code: text.toLowerCase(), names: [text.toLowerCase()] };
}

/** A gateway's message may be the whole answer it got itself. */
function quotedIn({ message }: ProviderError, depth: number): ProviderError | undefined {
  return /^\s*[[{]/.test(message) ? findError(parse(message), depth + 1) : undefined;
}

/** Behind words of its own a gateway may quote an answer: `BedrockException - {"message": …}`. Its names count too. */
function withQuoted(error: ProviderError, depth: number): ProviderError {
  const { message } = error;
  const from = message.search(/[[{]/);
  if (from < 1) return error;
  const to = Math.max(message.lastIndexOf('}'), message.lastIndexOf(']'));
  const quoted = findError(parse(message.slice(from, to + 1)), depth + 1);
  if (quoted === undefined) return error;
  return { ...error, names: [...new Set([...error.names, ...quoted.names])] };
}

function merge(inner: ProviderError, outer: ProviderError): ProviderError {
  const isSilent = inner.message === '';
  return {
    form: inner.form,
    message: isSilent ? outer.message : inner.message,
    prose: isSilent ? outer.prose : inner.prose,
    code: inner.code ?? outer.code,
    type: inner.type ?? outer.type,
    names: [...inner.names, ...outer.names],
    httpStatus: inner.httpStatus ?? outer.httpStatus,
  };
}

function titleOf(html: string): string {
  const head = html.slice(0, MAX_MESSAGE);
  return /<title[^>]*>([^<]*)/i.exec(head)?.[1]?.trim() ?? '';
}
