import type { ErrorForm } from '../operations/operation.ts';
import { gatewayErrors } from './gateway-errors.ts';
import type { GatewayErrorCode } from './gateway-errors.ts';
import { vendorErrorFrame, vendorErrorObject } from './vendor-error.ts';
import type { ErrorWords } from './vendor-error.ts';

/** An error that a client gets, of a provider's or of the gateway's own, before it is written in a dialect. */
export interface ClientError extends ErrorWords {
  /** OpenAI's `error.type`; absent: the one that is usual for the status. */
  readonly type?: string;
}

/** What a message or an answer says beyond its code. */
export interface ErrorDetails {
  /** Fills the `{name}` places of the table's message. A place left empty reads `unknown`. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** When trying again may help. Milliseconds from now; `Infinity` where nothing will change by itself. */
  readonly retryAfterMs?: number;
}

/** An error of the gateway's own, ready to be sent. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The official SDKs ignore a longer wait and try again at once; `x-should-retry: false` keeps them from it. */
const LONGEST_HONORED_WAIT_MS = 60_000;
/** A value that the client sent is quoted up to this length. UTF-16 units. */
const MAX_VALUE_LENGTH = 200;

/**
 * An error of the gateway's own as the client's SDK expects it.
 * @param form - as the client reads errors; `openai` where that is not known
 */
export function gatewayErrorAnswer(
  form: ErrorForm,
  code: GatewayErrorCode,
  details: ErrorDetails = {},
): ErrorAnswer {
  return {
    status: gatewayErrors[code].status,
    headers: { 'content-type': 'application/json', ...retryHeaders(code, details.retryAfterMs) },
    body: clientErrorBody(form, gatewayError(code, details)),
  };
}

/** The same as an event of a stream that has begun with nothing but pings: see `clientErrorEvent`. */
export function gatewayErrorEvent(
  form: ErrorForm,
  code: GatewayErrorCode,
  details: ErrorDetails = {},
): string {
  return clientErrorEvent(form, gatewayError(code, details));
}

/** An error of the gateway's own, before it is written in a dialect. */
export function gatewayError(code: GatewayErrorCode, details: ErrorDetails = {}): ClientError {
  const { status, type, message } = gatewayErrors[code];
  return { status, type, message: fill(message, details.values ?? {}), code };
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? 'unknown').slice(0, MAX_VALUE_LENGTH),
  );
}

function retryHeaders(code: GatewayErrorCode, waitMs: number | undefined): Record<string, string> {
  const isFutile =
    !gatewayErrors[code].retryable || (waitMs !== undefined && waitMs > LONGEST_HONORED_WAIT_MS);
  const headers: Record<string, string> = isFutile ? { 'x-should-retry': 'false' } : {};
  if (waitMs === undefined || !Number.isFinite(waitMs)) return headers;
  const wholeMs = Math.max(0, Math.ceil(waitMs));
  // Many clients read whole seconds only. Both are rounded up: neither may name a moment too early.
  headers['retry-after'] = String(Math.ceil(wholeMs / 1000));
  headers['retry-after-ms'] = String(wholeMs);
  return headers;
}

/** The body of an error as the client's SDK expects it. */
export function clientErrorBody(form: ErrorForm, error: ClientError): string {
  return JSON.stringify(errorObject(form, error));
}

/**
 * An error as an event of a stream that has begun. It ends the stream: no end marker may follow it, and a whole frame has
 * to stand before it.
 * @param sequence - the number of the event in a stream of a response, whose events are numbered from 0
 */
export function clientErrorEvent(form: ErrorForm, error: ClientError, sequence = 0): string {
  switch (form) {
    case 'openai-responses': {
      const { message, code, param } = openaiError(error);
      const event = { type: 'error', code, message, param, sequence_number: sequence };
      return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
    }
    case 'anthropic-messages':
    case 'dashscope':
      return `event: error\ndata: ${clientErrorBody(form, error)}\n\n`;
    default:
      return `data: ${JSON.stringify(vendorErrorFrame(form, error) ?? errorObject(form, error))}\n\n`;
  }
}

/** An error as a line of a stream of JSON lines, which it ends. */
export function clientErrorLine(form: ErrorForm, error: ClientError): string {
  return `${JSON.stringify(vendorErrorFrame(form, error) ?? errorObject(form, error))}\n`;
}

function errorObject(form: ErrorForm, error: ClientError): object {
  switch (form) {
    case 'openai-chat':
    case 'openai-responses':
    case 'openai':
    case 'vendor':
      return { error: openaiError(error) };
    case 'anthropic-messages':
      return { type: 'error', error: anthropicError(error) };
    case 'gemini-generate':
      return { error: googleError(error) };
    default:
      return vendorErrorObject(form, error);
  }
}

function openaiError({ status, message, code, type = openaiType(status) }: ClientError) {
  return { message, type, param: null, code: code ?? null };
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'api_error';
}

function anthropicError({ status, message, code }: ClientError) {
  return {
    type: ANTHROPIC_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'),
    message,
    code,
  };
}

/** docs.anthropic.com/en/api/errors. */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function googleError({ status, message, code }: ClientError) {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'sparekey' };
  return {
    code: status,
    message,
    status: GOOGLE_STATUSES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'),
    ...(code !== undefined && { details: [info] }),
  };
}

/** google.rpc.Code and the HTTP statuses it is mapped to. */
const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
