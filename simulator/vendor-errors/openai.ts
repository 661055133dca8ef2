import type { ErrorWords } from '../behaviour.ts';
import { maskKey } from './vendor-errors.ts';
import type { RateLimit, Refusal, VendorErrors } from './vendor-errors.ts';

/** The body of an error in OpenAI's shape. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

function refusal(
  status: number,
  type: string,
  code: string | null,
  message: string,
  param: string | null = null,
): Refusal {
  const error: OpenAiError = { message, type, param, code };
  return { kind: 'refusal', status, body: { error } };
}

const CALLER = 'invalid_request_error';
const FAILURE = 'The server had an error while processing your request.';

const missingKey = refusal(
  401,
  CALLER,
  null,
  "You didn't provide an API key. Send it in an Authorization header: `Authorization: Bearer YOUR_KEY`.",
);

/** Names the key as OpenAI does: by its first and last characters, where it is long enough for that. */
function invalidKey(key: string): Refusal {
  const masked = maskKey(key);
  return refusal(401, CALLER, 'invalid_api_key', `Incorrect API key provided: ${masked}.`);
}

/** 429; the wait is repeated in the message, as OpenAI does. */
function rateLimited({ model, organization, waitSeconds }: RateLimit): Refusal {
  const what = `Rate limit reached for ${model ?? 'requests'} in organization ${organization} on requests per min (RPM).`;
  const wait = waitSeconds === undefined ? '' : ` Please try again in ${waitSeconds}s.`;
  return {
    ...refusal(429, 'requests', 'rate_limit_exceeded', `${what}${wait}`),
    ...(waitSeconds !== undefined && { headers: { 'retry-after': String(waitSeconds) } }),
  };
}

const outOfCredit = refusal(
  429,
  'insufficient_quota',
  'insufficient_quota',
  'You exceeded your current quota, please check your plan and billing details.',
);

/** A failure of the provider's own, with any 5xx status. */
function serverError(status: number): Refusal {
  return refusal(status, 'server_error', 'server_error', FAILURE);
}

const overloaded = refusal(
  503,
  'service_unavailable_error',
  'server_is_overloaded',
  'Our servers are currently overloaded. Please try again later.',
);

/** 404: no such model, or not for this key. */
export function modelNotFound(model: string): Refusal {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return refusal(404, CALLER, 'model_not_found', message);
}

const contextTooLong = refusal(
  400,
  CALLER,
  'context_length_exceeded',
  'Your input exceeds the context window of this model. Please adjust your input and try again.',
  'messages',
);

export const malformedJson = refusal(400, CALLER, null, 'We could not parse the JSON body of your request.');

/** 400: a field that must be there. */
export function missingParameter(name: string): Refusal {
  return refusal(400, CALLER, 'missing_required_parameter', `Missing required parameter: '${name}'.`, name);
}

/** 400: a field that cannot be so; `expected` completes "expected …". */
export function invalidValue(name: string, expected: string): Refusal {
  return refusal(400, CALLER, 'invalid_value', `Invalid '${name}': expected ${expected}.`, name);
}

/** 400: whatever a request cannot be, in any words. */
export function badRequest(message: string, param: string, code: string | null = null): Refusal {
  return refusal(400, CALLER, code, message, param);
}

/** 404: nothing at this address takes this method. */
export function unknownUrl(method: string, path: string): Refusal {
  return refusal(
    404,
    CALLER,
    'unknown_url',
    `Unknown request URL: ${method} ${path}. Please check the URL for typos.`,
  );
}

/** 400: a conversation to be continued that this organization has not. */
export function unknownPreviousResponse(id: string): Refusal {
  const message = `Previous response with id '${id}' not found.`;
  return refusal(400, CALLER, 'previous_response_not_found', message, 'previous_response_id');
}

/** 404: a stored thing that this organization has not. */
export function notFound(what: string, id: string): Refusal {
  return refusal(404, CALLER, 'not_found', `No such ${what}: ${id}`, 'id');
}

/** 413: a body over the limit. */
export function tooLarge(limitBytes: number): Refusal {
  return refusal(413, CALLER, 'request_too_large', `The request is larger than ${limitBytes} bytes.`);
}

/** The words of an error inside a 200, with the script's own over the usual ones. */
export function embeddedError(words: Partial<ErrorWords> | undefined): OpenAiError {
  return {
    message: FAILURE,
    type: 'server_error',
    param: null,
    code: 'server_error',
    ...words,
  };
}

/** OpenAI. */
export const openaiErrors: VendorErrors = {
  missingKey,
  outOfCredit,
  overloaded,
  contextTooLong,
  malformedJson,
  invalidKey,
  rateLimited,
  serverError,
  modelNotFound,
  invalidRequest: (message) => refusal(400, CALLER, null, message),
  unknownUrl,
  tooLarge,
  embedded: (words) => ({ error: embeddedError(words) }),
};
