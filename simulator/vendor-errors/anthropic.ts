import type { Refusal, VendorErrors } from './vendor-errors.ts';

const CALLER = 'invalid_request_error';
const FAILURE = 'Internal server error';

/** docs.anthropic.com/en/api/errors: a type is all the code there is, and the same for all mistakes. */
function refusal(status: number, type: string, message: string): Refusal {
  return { kind: 'refusal', status, body: { type: 'error', error: { type, message } } };
}

/** Anthropic. */
export const anthropicErrors: VendorErrors = {
  missingKey: refusal(401, 'authentication_error', 'x-api-key header is required'),
  outOfCredit: refusal(
    400,
    CALLER,
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ),
  overloaded: refusal(529, 'overloaded_error', 'Overloaded'),
  contextTooLong: refusal(400, CALLER, 'prompt is too long: 210000 tokens > 200000 maximum'),
  malformedJson: refusal(400, CALLER, 'The request body is not valid JSON'),
  invalidKey: () => refusal(401, 'authentication_error', 'invalid x-api-key'),
  rateLimited: ({ organization, waitSeconds }) => ({
    ...refusal(
      429,
      'rate_limit_error',
      `This request would exceed the rate limit of your organization (${organization}).`,
    ),
    headers: {
      'anthropic-ratelimit-requests-remaining': '0',
      ...(waitSeconds !== undefined && { 'retry-after': String(waitSeconds) }),
    },
  }),
  serverError: (status) =>
    status === 504
      ? refusal(504, 'timeout_error', 'Request timed out')
      : refusal(status, 'api_error', FAILURE),
  modelNotFound: (model) => refusal(404, 'not_found_error', `model: ${model}`),
  invalidRequest: (message) => refusal(400, CALLER, message),
  unknownUrl: () => refusal(404, 'not_found_error', 'Not Found'),
  tooLarge: () => refusal(413, 'request_too_large', 'Request exceeds the maximum size'),
  embedded: ({ type = 'api_error', message = FAILURE } = {}) => ({ type: 'error', error: { type, message } }),
};
