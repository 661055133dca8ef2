import type { Refusal, VendorErrors } from './vendor-errors.ts';

const CALLER = 'ValidationException';
/** The message of a failure of its own. */
export const FAILURE =
  'The system encountered an unexpected error during processing. Try your request again.';

/**
 * docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html: the exception stands in a header, the
 * message alone in the body.
 */
function refusal(status: number, exception: string, message: string): Refusal {
  return {
    kind: 'refusal',
    status,
    body: { message },
    headers: { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
  };
}

/** Amazon's Bedrock. */
export const bedrockErrors: VendorErrors = {
  missingKey: refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
  outOfCredit: refusal(
    403,
    'AccessDeniedException',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: a valid payment instrument must be provided.',
  ),
  overloaded: refusal(
    503,
    'ServiceUnavailableException',
    'Bedrock is unable to process your request at the moment.',
  ),
  contextTooLong: refusal(400, CALLER, 'Input is too long for requested model.'),
  malformedJson: refusal(400, 'SerializationException', 'The request body is not valid JSON'),
  invalidKey: () =>
    refusal(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
  rateLimited: () =>
    refusal(429, 'ThrottlingException', 'Too many requests, please wait before trying again.'),
  serverError: (status) => refusal(status, 'InternalServerException', FAILURE),
  modelNotFound: () =>
    refusal(403, 'AccessDeniedException', "You don't have access to the model with the specified model ID."),
  invalidRequest: (message) => refusal(400, CALLER, message),
  unknownUrl: () => refusal(404, 'UnknownOperationException', 'Unknown operation'),
  tooLarge: () => refusal(413, CALLER, 'The request is too large.'),
  embedded: ({ type = 'InternalServerException', message = FAILURE } = {}) => ({ __type: type, message }),
};
