import type { Refusal, VendorErrors } from './vendor-errors.ts';

const REQUEST = 'sim-request';
/** The message of a failure of its own. */
const FAILURE = 'An internal error has occured, please try again later or contact service support.';

/** help.aliyun.com/zh/model-studio/error-code: the code is a word, beside the message. */
function refusal(status: number, code: string, message: string): Refusal {
  return { kind: 'refusal', status, body: { code, message, request_id: REQUEST } };
}

/** DashScope's own API. */
export const dashscopeErrors: VendorErrors = {
  missingKey: refusal(401, 'InvalidApiKey', 'No API-key provided.'),
  outOfCredit: refusal(400, 'Arrearage', 'Access denied, please make sure your account is in good standing.'),
  overloaded: refusal(503, 'ModelServingError', 'Too many requests. Your requests are being throttled.'),
  contextTooLong: refusal(400, 'InvalidParameter', 'Range of input length should be [1, 30720]'),
  malformedJson: refusal(
    400,
    'InvalidParameter',
    'Required body invalid, please check the request body format.',
  ),
  invalidKey: () => refusal(401, 'InvalidApiKey', 'Invalid API-key provided.'),
  rateLimited: () =>
    refusal(429, 'Throttling.RateQuota', 'Requests rate limit exceeded, please try again later.'),
  serverError: (status) => refusal(status, 'InternalError', FAILURE),
  modelNotFound: () => refusal(404, 'ModelNotFound', 'Model not exist.'),
  invalidRequest: (message) => refusal(400, 'InvalidParameter', message),
  unknownUrl: () => refusal(400, 'InvalidParameter', 'url error, please check url！'),
  tooLarge: () => refusal(413, 'RequestTooLarge', 'Exceeded limit on max bytes per request.'),
  embedded: ({ code = 'InternalError', message = FAILURE } = {}) => ({ code, message, request_id: REQUEST }),
};
