import { familyOf } from '../operations/operation.ts';
import type { Dialect } from '../operations/operation.ts';

/** An error, whoever's, before it is in anybody's dialect. */
export interface ClientError {
  readonly status: number;
  readonly message: string;
  /** A stable word: of ours, or the provider's own. */
  readonly code: string | undefined;
  /** OpenAI's word for the family; absent: what is usual for the status. */
  readonly type?: string;
}

/** The body of an error as the client's SDK expects it. */
export function clientErrorBody(dialect: Dialect, error: ClientError): string {
  return JSON.stringify(errorObject(dialect, error));
}

/** The same as an event of a stream that has begun. It stands for the end: no end marker may follow it. */
export function clientErrorEvent(dialect: Dialect, error: ClientError): string {
  switch (dialect) {
    case 'openai-responses': {
      // The events before it passed uncounted.
      const { message, code, param } = openaiError(error);
      const event = { type: 'error', code, message, param, sequence_number: 0 };
      return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
    }
    case 'anthropic-messages':
      return `event: error\ndata: ${clientErrorBody(dialect, error)}\n\n`;
    case 'openai-chat':
    case 'openai':
    case 'gemini-generate':
    case 'bedrock-converse':
    case 'vendor':
      return `data: ${clientErrorBody(dialect, error)}\n\n`;
  }
}

function errorObject(dialect: Dialect, error: ClientError): object {
  switch (familyOf(dialect)) {
    case 'openai':
    case 'bedrock':
    case 'vendor':
      return { error: openaiError(error) };
    case 'anthropic':
      return { type: 'error', error: anthropicError(error) };
    case 'gemini':
      return { error: googleError(error) };
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
