import type { Refusal, VendorErrors } from './vendor-errors.ts';

const CALLER = 'INVALID_ARGUMENT';
const FAILURE = 'An internal error has occurred. Please retry.';

const INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const QUOTA = 'type.googleapis.com/google.rpc.QuotaFailure';
const RETRY = 'type.googleapis.com/google.rpc.RetryInfo';

/** cloud.google.com/apis/design/errors. */
function refusal(code: number, status: string, message: string, details?: readonly object[]): Refusal {
  return { kind: 'refusal', status: code, body: error(code, status, message, details) };
}

function error(code: number, status: string, message: string, details?: readonly object[]): object {
  return { error: { code, message, status, ...(details !== undefined && { details }) } };
}

function reason(word: string): object {
  return { '@type': INFO, reason: word, domain: 'googleapis.com' };
}

/** Google's Gemini. */
export const geminiErrors: VendorErrors = {
  missingKey: refusal(
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  ),
  outOfCredit: refusal(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
  overloaded: refusal(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  contextTooLong: refusal(
    400,
    CALLER,
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ),
  malformedJson: refusal(400, CALLER, 'Invalid JSON payload received.'),
  invalidKey: () =>
    refusal(400, CALLER, 'API key not valid. Please pass a valid API key.', [reason('API_KEY_INVALID')]),
  rateLimited: ({ model = 'requests', waitSeconds }) =>
    refusal(
      429,
      'RESOURCE_EXHAUSTED',
      `You exceeded your current quota. Quota exceeded for metric: generate_content_requests, limit: 10, model: ${model}`,
      [
        { '@type': QUOTA, violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }] },
        ...(waitSeconds === undefined ? [] : [{ '@type': RETRY, retryDelay: `${waitSeconds}s` }]),
      ],
    ),
  serverError: (status) =>
    status === 504
      ? refusal(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')
      : refusal(status, status === 500 ? 'INTERNAL' : 'UNAVAILABLE', FAILURE),
  modelNotFound: (model) =>
    refusal(
      404,
      'NOT_FOUND',
      `models/${model} is not found for API version v1beta, or is not supported for generateContent.`,
    ),
  invalidRequest: (message) => refusal(400, CALLER, message),
  unknownUrl: (method, path) => refusal(404, 'NOT_FOUND', `Nothing is at ${method} ${path}.`),
  tooLarge: (limitBytes) =>
    refusal(400, CALLER, `Request payload size exceeds the limit: ${limitBytes} bytes.`),
  embedded: ({ type = 'INTERNAL', code, message = FAILURE } = {}) =>
    error(CODES[type] ?? 500, type, message, code === undefined ? undefined : [reason(code)]),
};

/** google.rpc.Code and its HTTP statuses, as far as errors in streams have them. */
const CODES: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/**
 * The errors for a request: a stream that is not one of events is a list, and its errors stand in a list of one.
 * @param steps of the path; the verb is the last
 */
export function geminiErrorsFor(steps: readonly string[], query: URLSearchParams): VendorErrors {
  return steps.at(-1) === 'streamGenerateContent' && query.get('alt') !== 'sse' ? listErrors : geminiErrors;
}

const listErrors: VendorErrors = {
  missingKey: listed(geminiErrors.missingKey),
  outOfCredit: listed(geminiErrors.outOfCredit),
  overloaded: listed(geminiErrors.overloaded),
  contextTooLong: listed(geminiErrors.contextTooLong),
  malformedJson: listed(geminiErrors.malformedJson),
  invalidKey: (key) => listed(geminiErrors.invalidKey(key)),
  rateLimited: (limit) => listed(geminiErrors.rateLimited(limit)),
  serverError: (status) => listed(geminiErrors.serverError(status)),
  modelNotFound: (model) => listed(geminiErrors.modelNotFound(model)),
  invalidRequest: (message) => listed(geminiErrors.invalidRequest(message)),
  unknownUrl: (method, path) => listed(geminiErrors.unknownUrl(method, path)),
  tooLarge: (limitBytes) => listed(geminiErrors.tooLarge(limitBytes)),
  embedded: (words) => [geminiErrors.embedded(words)],
};

function listed(single: Refusal): Refusal {
  return { ...single, body: [single.body] };
}
