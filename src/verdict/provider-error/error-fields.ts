import { nothingFromClient, ownWordsOf } from './own-words.ts';
import type { IsClientText } from './own-words.ts';

/* The fields that providers describe an error with, by any of their names. */

/** A provider's error, whichever format it came in. */
export interface ProviderError {
  /** The format. `json`: an error was found in JSON. `text`: none of the others. */
  readonly form: 'json' | 'html' | 'text' | 'empty';
  /** At most 2,000 characters; empty where none was found. */
  readonly message: string;
  /** The message without its links; of a page of HTML its visible text. */
  readonly prose: string;
  /** `prose` with `'_'` for each quote. */
  readonly unquoted: string;
  /** `unquoted` without sentences about other credentials than the key. */
  readonly aboutKey: string;
  /** It speaks of the credential of something that the client named: a server, a tool, a file. */
  readonly concernsClientResource: boolean;
  /** The request field that it blames, as it names it. */
  readonly param: string | undefined;
  /** Whose format it is, where that is unmistakable even when relayed. */
  readonly vendor: 'google' | undefined;
  /** It says that an upstream of the provider caused it. */
  readonly isRelayed: boolean;
  /** In lower case, as `type` and `names` are. */
  readonly code: string | undefined;
  readonly type: string | undefined;
  /** Every name of it: code, type, Google's status, reasons and quota ids, AWS's exception. */
  readonly names: readonly string[];
  /** The HTTP status that it names, if any: what an error inside a 200 would have had. */
  readonly httpStatus: number | undefined;
}

const MAX_MESSAGE = 2000;
const MAX_NAME = 100;
const MAX_DETAILS = 16;

export const emptyError: ProviderError = {
  form: 'empty',
  message: '',
  prose: '',
  unquoted: '',
  aboutKey: '',
  concernsClientResource: false,
  param: undefined,
  vendor: undefined,
  isRelayed: false,
  code: undefined,
  type: undefined,
  names: [],
  httpStatus: undefined,
};

/** An error that is a message and nothing else. */
export function errorFromText(message: string, isClientText: IsClientText): ProviderError {
  const prose = proseOf(message);
  return {
    ...emptyError,
    ...ownWordsOf(prose),
    form: 'json',
    message,
    prose,
    isRelayed: RELAYED_WORDS.test(message),
    names: namesWithin(message, isClientText),
  };
}

/** The error that an object describes by its own fields; undefined where it describes none. */
export function errorFromFields(
  value: Record<string, unknown>,
  isClientText: IsClientText = nothingFromClient,
): ProviderError | undefined {
  const code = CODES.map((field) => nameOf(value[field])).find((name) => name !== undefined);
  // This code means success, whatever stands beside it.
  if (code === '0') return undefined;
  const message = firstWord(value, MESSAGES, MAX_MESSAGE) ?? '';
  const blockedReason = blockReason(value['promptFeedback']);
  if (message === '' && code === undefined && blockedReason === undefined && !isLimit(value))
    return undefined;
  // In {type: 'error', …} the type says nothing more.
  const type = value['type'] === 'error' ? undefined : nameOf(value['type'] ?? value['__type']);
  const names = [
    code,
    type,
    blockedReason,
    ...NAMES.map((field) => nameOf(value[field])),
    ...detailNames(value['details']),
    ...metadataNames(value['metadata']),
    ...innerNames(value['innererror']),
    ...namesWithin(message, isClientText),
  ];
  return {
    form: 'json',
    message,
    prose: proseOf(`${message} ${rawOf(value['metadata'])}`),
    ...ownWordsOf(proseOf(message)),
    param: typeof value['param'] === 'string' ? bounded(value['param'], MAX_NAME) : undefined,
    vendor: isGoogleStatus(value) ? 'google' : undefined,
    isRelayed: isRelayed(value) || RELAYED_WORDS.test(message),
    code,
    type,
    names: [...new Set(names.filter((name) => name !== undefined))],
    httpStatus: STATUSES.map((field) => httpStatusOf(value[field])).find((status) => status !== undefined),
  };
}

const MESSAGES = [
  'message',
  'Message',
  'msg',
  'error_msg',
  'error_message',
  'errorMessage',
  'err_msg',
  'error_description',
  'detail',
  'title',
];
const CODES = ['code', 'Code', 'error_code', 'errorCode', 'err_code'];
const NAMES = ['status', 'reason', 'error_type', 'tag', 'limit_source', 'name'];
const STATUSES = ['status_code', 'statusCode', 'http_code', 'status', 'code', 'error_code'];

/** ChatGPT's backend sends a type and when the limit ends, without message and code. */
function isLimit(value: Record<string, unknown>): boolean {
  return typeof value['type'] === 'string' && ('resets_in_seconds' in value || 'resets_at' in value);
}

/** Gemini refuses a prompt inside a 200. */
function blockReason(feedback: unknown): string | undefined {
  return isRecord(feedback) && typeof feedback['blockReason'] === 'string' ? 'prompt_blocked' : undefined;
}

/** Google puts a reason or the quotas violated into each of its details, Anthropic an error code into the one it has. */
function detailNames(details: unknown): (string | undefined)[] {
  const list: unknown[] = Array.isArray(details) ? details.slice(0, MAX_DETAILS) : [details];
  return list
    .filter(isRecord)
    .flatMap((detail) => [
      nameOf(detail['reason']),
      nameOf(detail['error_code']),
      ...quotaIds(detail['violations']),
    ]);
}

function quotaIds(violations: unknown): (string | undefined)[] {
  const list: unknown[] = Array.isArray(violations) ? violations.slice(0, MAX_DETAILS) : [];
  return list.filter(isRecord).map((violation) => nameOf(violation['quotaId']));
}

/** OpenRouter names there whose limit it was. */
function metadataNames(metadata: unknown): (string | undefined)[] {
  return isRecord(metadata) ? [nameOf(metadata['limit_source']), nameOf(metadata['error_type'])] : [];
}

/** google.rpc.Status: a number, a name in capitals, and details of types that are Google's. */
function isGoogleStatus({ code, status, details }: Record<string, unknown>): boolean {
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  if (isRecord(first) && String(first['@type']).startsWith('type.googleapis.com/')) return true;
  return typeof code === 'number' && typeof status === 'string' && GOOGLE_STATUS.test(status);
}

const GOOGLE_STATUS =
  /^(?:RESOURCE_EXHAUSTED|INVALID_ARGUMENT|FAILED_PRECONDITION|PERMISSION_DENIED|UNAUTHENTICATED|NOT_FOUND|UNAVAILABLE|INTERNAL|DEADLINE_EXCEEDED)$/;

/** Resellers name whose error it was, or include it beside their own. */
function isRelayed(value: Record<string, unknown>): boolean {
  const { code, type, metadata } = value;
  if (Object.keys(value).some((field) => /^upstream_?\w{0,40}$/i.test(field) && value[field] !== null))
    return true;
  if ([code, type].some((word) => typeof word === 'string' && RELAYED_NAME.test(word))) return true;
  return isRecord(metadata) && typeof metadata['provider_name'] === 'string';
}

const RELAYED_NAME =
  /^(?:upstream|provider)_?(?:error|returned_error|request_failed|auth\w*|rate_limited)$|^bad_response_status_code$/i;
const RELAYED_WORDS =
  /^(?:error from )?(?:the )?upstream\b|^error from provider\b|^provider returned error\b|上游/i;

/** The message of the provider behind OpenRouter. */
function rawOf(metadata: unknown): string {
  const raw = isRecord(metadata) ? metadata['raw'] : undefined;
  return typeof raw === 'string' ? bounded(raw, MAX_MESSAGE) : '';
}

/** Azure's own code is nested below the one that it shares with OpenAI. */
function innerNames(inner: unknown): (string | undefined)[] {
  return isRecord(inner) ? [nameOf(inner['code'])] : [];
}

/**
 * Names that stand in the message alone: `<400> InternalError.Algo.DataInspectionFailed: …`,
 * `ThrottlingException: …`, `[1113][…]`, `insufficient balance (1008)`.
 */
function namesWithin(message: string, isClientText: IsClientText): string[] {
  const leading = /^(?:<\d{3}> )?([A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)+|[A-Z][A-Za-z]+Exception): /.exec(
    message,
  );
  const bracketed = /^\[(\d{4})\]/.exec(message);
  const trailing = /\((\d{4})\)\s*$/.exec(message);
  return [leading, bracketed, trailing].flatMap((found) =>
    found?.[1] === undefined || isClientText(found[0]) ? [] : found[1].toLowerCase(),
  );
}

function httpStatusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : undefined;
}

function proseOf(message: string): string {
  return message.replaceAll(/\b(?:https?:\/\/|www\.)\S+/g, '').trim();
}

function firstWord(
  value: Record<string, unknown>,
  fields: readonly string[],
  maxLength: number,
): string | undefined {
  for (const field of fields) {
    const word = value[field];
    if (typeof word === 'string' && word !== '') return bounded(word, maxLength);
  }
  return undefined;
}

/** AWS puts a namespace before its types: `com.amazon.coral.service#ThrottlingException`. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return undefined;
  return bounded(value.slice(value.lastIndexOf('#') + 1), MAX_NAME).toLowerCase();
}

/** The beginning of a text. */
export function bounded(text: string, maxLength: number): string {
  return text.length > maxLength ? text.slice(0, maxLength) : text;
}

/** Whether a value is a map. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
