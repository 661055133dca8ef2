import { bounded, emptyError, errorFromFields, errorFromText, isRecord } from './error-fields.ts';
import type { ProviderError } from './error-fields.ts';
import { nothingFromClient } from './own-words.ts';
import type { IsClientText } from './own-words.ts';
import { eventData, outsideEvents, readPage } from './text-formats.ts';
import { errorFromTruncatedJson } from './truncated-json.ts';

/** Of a longer text only the beginning is read. Characters. */
const MAX_TEXT = 256 * 1024;
const MAX_MESSAGE = 2000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 16;

type Headers = Readonly<Record<string, string>>;

/**
 * Finds the error in what a provider sent: `{error: {…}}`, `{type: 'error', error: {…}}`, `[{error}]`,
 * `{message, code}`, `{detail}`, `{errors: […]}`, `{response: {error}}`, `{base_resp}`, `{Response: {Error}}`,
 * `{ErrorMsg}`, `{header: {code}}`, a bare string, JSON inside the message of JSON, any of these in the data lines of an event
 * stream; or a page of HTML, whose title is its message. JSON that the client wrote is not read as an error. Never
 * throws.
 * @param headers lower-case names
 * @param isClientText - whether a text occurs in the client's request
 */
export function readError(
  text: string,
  headers: Headers,
  isClientText: IsClientText = nothingFromClient,
): ProviderError {
  const error = readText(text.slice(0, MAX_TEXT).trim(), headers['content-type'], isClientText);
  const exception = awsException(headers);
  return exception === undefined ? error : { ...error, names: [...error.names, exception] };
}

function readText(text: string, contentType: string | undefined, isClientText: IsClientText): ProviderError {
  if (text === '') return emptyError;
  for (const payload of payloadsOf(text)) {
    const found = findError(parse(payload), { depth: 0, isClientText });
    if (found !== undefined) return found;
  }
  const cut = /^[[{]/.test(text) ? errorFromTruncatedJson(text) : undefined;
  if (cut !== undefined) return cut;
  if (text.startsWith('<') || contentType?.startsWith('text/html') === true) {
    const { title, prose } = readPage(text);
    return { ...errorFromText(title, isClientText), prose, form: 'html' };
  }
  const plain = withQuoted(errorFromText(bounded(text, MAX_MESSAGE), isClientText), {
    depth: 0,
    isClientText,
  });
  return { ...plain, form: 'text', names: [...plain.names, ...exceptionsIn(text)] };
}

/** Bedrock names its exception in a header alone: `ThrottlingException:http://…`. */
function awsException(headers: Headers): string | undefined {
  const value = headers['x-amzn-errortype'];
  return value === undefined ? undefined : bounded(value.split(':', 1)[0] ?? '', 100).toLowerCase();
}

/** Bedrock's event stream is binary, but its exceptions are names in plain text. */
function exceptionsIn(text: string): string[] {
  if (!text.includes(':exception-type')) return [];
  return [...new Set(text.replaceAll(':exception-type', ' ').match(/\b[a-zA-Z]{4,60}Exception\b/g))]
    .slice(0, 4)
    .map((name) => name.toLowerCase());
}

/** The texts that may be JSON: the body itself, or each event of a stream and what stands outside of events. */
function payloadsOf(text: string): Iterable<string> {
  return /^[[{"]/.test(text) ? [text] : [...eventData(text), outsideEvents(text)];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON: the caller tries other formats.
    return undefined;
  }
}

/** How deep the reader is, and what the client wrote. */
interface ReadContext {
  readonly depth: number;
  readonly isClientText: IsClientText;
}

function deeper({ depth, isClientText }: ReadContext): ReadContext {
  return { depth: depth + 1, isClientText };
}

/** Undefined where the value holds no error: a good event, a number, a null. */
function findError(value: unknown, context: ReadContext): ProviderError | undefined {
  if (context.depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return errorOfString(value, context);
  if (Array.isArray(value)) return firstError(value.slice(-MAX_ITEMS), context);
  if (!isRecord(value) || isProgress(value)) return undefined;

  const nested = firstError(nestedIn(value), context);
  const own = errorFromFields(value, context.isClientText);
  if (own === undefined)
    return nested === undefined
      ? undefined
      : { ...nested, isRelayed: nested.isRelayed || 'upstream_error' in value };
  const explained = nested ?? quotedError(own.message, context);
  // The outer object adds what the inner error lacks, as in {code, error: 'text'}.
  return withQuoted(explained === undefined ? own : merge(explained, own), context);
}

/** Of the events of the responses API only these two hold an error; in others `code` is source code. */
function isProgress({ type }: Record<string, unknown>): boolean {
  return typeof type === 'string' && /^response\.(?!failed$|error$)/.test(type);
}

function firstError(values: readonly unknown[], context: ReadContext): ProviderError | undefined {
  for (const value of values) {
    const found = findError(value, deeper(context));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Fields in which providers put an error. */
function nestedIn(value: Record<string, unknown>): unknown[] {
  const { error, detail, errors, choices, response, data, result, delta, Response: tencent } = value;
  const { base_resp: minimax, header: spark, last_error: coze, ErrorMsg: hunyuan } = value;
  return [
    error,
    detail,
    // Cohere ends a stream with an error in `delta`.
    ...[response, data, result, delta].map((inner) => (isRecord(inner) ? inner['error'] : undefined)),
    value['upstream_error'],
    isErrorsMessage(value) ? value['message'] : undefined,
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

/** Some put the whole error into `message`. */
function isErrorsMessage({ message }: Record<string, unknown>): boolean {
  return isRecord(message) && isRecord(message['error']);
}

/** Bedrock's events, as its SDKs decode them: `{throttlingException: {message}}`. */
function exceptionIn(value: Record<string, unknown>): unknown {
  const name = Object.keys(value).find((key) => /^[a-z]\w{3,60}Exception$/.test(key));
  const described = name === undefined ? undefined : value[name];
  return isRecord(described) ? { ...described, code: name } : undefined;
}

/** One word is a code, JSON is a relayed error, the rest is a message. */
function errorOfString(text: string, context: ReadContext): ProviderError | undefined {
  if (text === '') return undefined;
  const quoted = quotedError(text, context);
  if (quoted !== undefined) return quoted;
  if (!/^[\w.:-]{1,100}$/.test(text)) return errorFromText(bounded(text, MAX_MESSAGE), context.isClientText);
  return { ...emptyError, form: 'json', code: text.toLowerCase(), names: [text.toLowerCase()] };
}

/** The error in a text that is JSON as a whole and that the client did not write: a gateway's message may be the response it got. */
function quotedError(text: string, context: ReadContext): ProviderError | undefined {
  const json = text.trim();
  return /^[[{]/.test(json) && !context.isClientText(json)
    ? findError(parse(json), deeper(context))
    : undefined;
}

/** What gateways put before a response that they quote: `BedrockException - {…}`, `Error code: 400 - {…}`. */
const QUOTING =
  /(?:(?:exception|error)(?: code)?(?::? \d{3})?|status(?: ?code)?[:=]? ?\d{3}[\w ]{0,40}|http \d{3}[\w ]{0,40}|^\d{3}[\w ]{0,40}|response(?: body)?|body|upstream|provider)\s?[-:,]?\s*$/i;
/** What they put after it. */
const QUOTED_TO_THE_END =
  /^[\s.)]*(?:\(request id: [^)]{0,100}\)|Received Model Group=|No fallback model group|$)/i;

/**
 * A gateway may quote a response after text of its own; the names in it count too. JSON anywhere else in a message is an
 * echo, such as an argument.
 */
function withQuoted(error: ProviderError, context: ReadContext): ProviderError {
  const { message } = error;
  const from = message.search(/[[{]/);
  if (from < 1 || !QUOTING.test(message.slice(Math.max(0, from - MAX_QUOTING), from))) return error;
  const to = Math.max(message.lastIndexOf('}'), message.lastIndexOf(']')) + 1;
  if (!QUOTED_TO_THE_END.test(message.slice(to))) return error;
  const quoted = quotedError(message.slice(from, to), context);
  if (quoted === undefined) return error;
  return { ...error, names: [...new Set([...error.names, ...quoted.names])] };
}

/** Characters before a quote that are matched with `QUOTING`. */
const MAX_QUOTING = 120;

function merge(inner: ProviderError, outer: ProviderError): ProviderError {
  const isSilent = inner.message === '';
  return {
    form: inner.form,
    message: isSilent ? outer.message : inner.message,
    prose: isSilent ? outer.prose : inner.prose,
    unquoted: isSilent ? outer.unquoted : inner.unquoted,
    aboutKey: isSilent ? outer.aboutKey : inner.aboutKey,
    concernsClientResource: inner.concernsClientResource || outer.concernsClientResource,
    param: inner.param ?? outer.param,
    vendor: inner.vendor ?? outer.vendor,
    isRelayed: inner.isRelayed || outer.isRelayed,
    code: inner.code ?? outer.code,
    type: inner.type ?? outer.type,
    names: [...inner.names, ...outer.names],
    httpStatus: inner.httpStatus ?? outer.httpStatus,
  };
}
