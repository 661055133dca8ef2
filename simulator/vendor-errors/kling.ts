import type { Refusal, VendorErrors } from './vendor-errors.ts';

const REQUEST = 'sim-request';

/** app.klingai.com/global/dev/document-api, section on error codes: a number, beside the message. */
function refusal(status: number, code: number, message: string): Refusal {
  return { kind: 'refusal', status, body: { code, message, request_id: REQUEST } };
}

/** Kling. */
export const klingErrors: VendorErrors = {
  missingKey: refusal(401, 1001, 'Authorization is empty'),
  outOfCredit: refusal(429, 1102, 'Account balance not enough'),
  overloaded: refusal(503, 5001, 'Server temporarily unavailable'),
  contextTooLong: refusal(400, 1201, 'Prompt is too long'),
  malformedJson: refusal(400, 1200, 'Invalid request parameters'),
  invalidKey: () => refusal(401, 1002, 'Authorization is invalid'),
  rateLimited: () => refusal(429, 1302, 'The request is too fast, exceeding the preset rate limit'),
  serverError: (status) => refusal(status, 5000, 'Server internal error'),
  modelNotFound: (model) => refusal(400, 1201, `model_name value '${model}' is invalid`),
  invalidRequest: (message) => refusal(400, 1201, message),
  unknownUrl: () => refusal(404, 1202, 'The requested method is invalid'),
  tooLarge: () => refusal(413, 1200, 'The request is too large'),
  embedded: ({ message = 'Server internal error' } = {}) => ({ code: 5000, message, request_id: REQUEST }),
};
