import type { Refusal, VendorErrors } from './vendor-errors.ts';

/** platform.minimaxi.com/document, section on error codes: all of them come with 200, and a number in the body. */
function refusal(code: number, message: string, status = 200): Refusal {
  return { kind: 'refusal', status, body: failed(code, message) };
}

function failed(code: number, message: string): object {
  return { base_resp: { status_code: code, status_msg: message } };
}

/** MiniMax's older API. */
export const minimaxErrors: VendorErrors = {
  missingKey: refusal(1004, "login fail: Please carry the API secret key in the 'Authorization' field"),
  outOfCredit: refusal(1008, 'insufficient balance'),
  overloaded: refusal(1000, 'unknown error'),
  contextTooLong: refusal(1039, 'token limit'),
  malformedJson: refusal(2013, 'invalid params'),
  invalidKey: () => refusal(1004, 'login fail'),
  rateLimited: () => refusal(1002, 'rate limit'),
  serverError: (status) => refusal(1013, 'unknown error', status),
  modelNotFound: () => refusal(2013, 'invalid params, unknown model'),
  invalidRequest: (message) => refusal(2013, `invalid params, ${message}`),
  unknownUrl: () => refusal(2013, 'invalid params, unknown path', 404),
  tooLarge: () => refusal(2013, 'invalid params, the request is too large', 413),
  embedded: ({ message = 'unknown error' } = {}) => failed(1000, message),
};
