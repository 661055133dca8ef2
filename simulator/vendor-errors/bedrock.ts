import type { Refusal, VendorErrors } from './vendor-errors.ts';

const CALLER = 'ValidationException';
/** The message of a failure of its own. */
export const FAILURE =
  'The system encountered an unexpected error during processing. Try your request again.';

/**
 * docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html: the exception stands in a header, the
 * message alone in the body.
 */
export function refusedByAws(status: number, exception: string, message: string): Refusal {
  return {
    kind: 'refusal',
    status,
    body: { message },
    headers: { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
  };
}

/** Amazon's Bedrock. */
export const bedrockErrors: VendorErrors = {
  missingKey: refusedByAws(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
  outOfCredit: refusedByAws(
    403,
    'AccessDeniedException',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: a valid payment instrument must be provided.',
  ),
  overloaded: refusedByAws(
    503,
    'ServiceUnavailableException',
    'Bedrock is unable to process your request at the moment.',
  ),
  contextTooLong: refusedByAws(400, CALLER, 'Input is too long for requested model.'),
  malformedJson: refusedByAws(400, 'SerializationException', 'The request body is not valid JSON'),
  invalidKey: () =>
    refusedByAws(
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ),
  rateLimited: () =>
    refusedByAws(429, 'ThrottlingException', 'Too many requests, please wait before trying again.'),
  serverError: (status) => refusedByAws(status, 'InternalServerException', FAILURE),
  modelNotFound: () =>
    refusedByAws(
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
    ),
  invalidRequest: (message) => refusedByAws(400, CALLER, message),
  unknownUrl: () => refusedByAws(404, 'UnknownOperationException', 'Unknown operation'),
  tooLarge: () => refusedByAws(413, CALLER, 'The request is too large.'),
  embedded: ({ type = 'InternalServerException', message = FAILURE } = {}) => ({ __type: type, message }),
};
