import {
  callersMistake,
  keyDead,
  modelDenied,
  modelGone,
  outOfCredit,
  overloaded,
  atCapacity,
  regionBlocked,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { AT_CAPACITY, REGION, RETIRED } from '../words.ts';

const COMMON = 'docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html';
const TROUBLE = 'docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html';

const MORE_THAN_THE_WINDOW =
  /\b(?:input|prompt) is too long\b|\btoo many input tokens\b|\bcontext (?:window|limit|length)\b/i;

function header(exception: string): Record<string, string> {
  return { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/com.amazon.bedrock/` };
}

/** AWS: the exception is named in a header, sometimes in `__type`; the body has only a message. */
export const bedrockRules: readonly Rule[] = [
  {
    id: 'bedrock.payment',
    when: {
      status: ['2xx', 402, 403, 429],
      saysAboutKey: /\binvalid_payment_instrument\b|\bpayment (?:method|instrument)\b/i,
    },
    verdict: outOfCredit,
    source: `${TROUBLE}: AccessDeniedException`,
    example: {
      status: 403,
      headers: header('AccessDeniedException'),
      body: '{"message":"Model access is denied due to INVALID_PAYMENT_INSTRUMENT"}',
    },
  },
  {
    // This machine's clock is wrong, not the key: all signatures are by it. It was signed anew by then.
    id: 'bedrock.clock',
    when: { named: [/^(?:requesttimetooskewed|requestexpired)(?:exception)?$/] },
    verdict: atCapacity,
    source: COMMON,
    example: {
      status: 400,
      headers: header('RequestExpired'),
      body: '{"message":"The request reached the service too late."}',
    },
  },
  {
    id: 'bedrock.clock-words',
    when: {
      named: [/^(?:invalidsignature|signaturedoesnotmatch)(?:exception)?$/],
      says: /\bsignature (?:expired|not yet current)\b/i,
    },
    verdict: atCapacity,
    source: 'github.com/aws/aws-sdk-js issues 254, 1652; github.com/convox/rack issue 235',
    example: {
      status: 403,
      headers: header('InvalidSignatureException'),
      body: '{"message":"Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)"}',
    },
  },
  {
    id: 'bedrock.key-invalid',
    when: {
      named: [
        /^(?:unrecognizedclient|invalidclienttokenid|expiredtoken|invalidaccesskeyid|signaturedoesnotmatch|invalidsignature|incompletesignature|missingauthenticationtoken)(?:exception)?$/,
      ],
    },
    verdict: keyDead,
    source: COMMON,
    example: {
      status: 403,
      headers: header('UnrecognizedClientException'),
      body: '{"message":"The security token included in the request is invalid."}',
    },
  },
  {
    id: 'bedrock.api-key-invalid',
    when: {
      status: [401, 403],
      saysAboutKey:
        /\bauthentication failed\b|\b(?:api key|bearer token)\b.{0,60}\b(?:valid|expired|invalid|inactive)\b/i,
    },
    verdict: keyDead,
    source: 'docs.aws.amazon.com/bedrock/latest/userguide/api-keys-troubleshooting.html',
    example: {
      status: 403,
      headers: header('AccessDeniedException'),
      body: '{"message":"Authentication failed: Please make sure your API Key is valid."}',
    },
  },
  {
    id: 'bedrock.daily-limit',
    when: { named: 'throttlingexception', says: /\bper day\b|\bdaily\b/i },
    verdict: throttledForLong,
    source: `${TROUBLE}: ThrottlingException`,
    example: {
      status: 429,
      headers: header('ThrottlingException'),
      body: '{"message":"Too many tokens per day, please wait before trying again."}',
    },
  },
  {
    id: 'bedrock.rate-limit',
    when: {
      named: [
        /^throttling(?:exception)?$/,
        /^(?:servicequotaexceeded|toomanyrequests|limitexceeded)exception$/,
      ],
    },
    verdict: throttled,
    source: TROUBLE,
    example: {
      status: 429,
      headers: header('ThrottlingException'),
      body: '{"message":"Too many requests, please wait before trying again."}',
    },
  },
  {
    id: 'bedrock.at-capacity',
    when: { named: [/^(?:serviceunavailable|modelnotready)exception$/] },
    verdict: atCapacity,
    source: TROUBLE,
    example: {
      status: 429,
      headers: header('ModelNotReadyException'),
      body: '{"message":"Model is not ready for inference."}',
    },
  },
  {
    id: 'bedrock.at-capacity-words',
    when: { status: [429, '5xx'], says: AT_CAPACITY },
    verdict: atCapacity,
    source: TROUBLE,
    example: { status: 503, body: '{"message":"Bedrock is unable to process your request: at capacity"}' },
  },
  {
    id: 'bedrock.failure',
    when: {
      named: [/^(?:internalserver|internalfailure|modeltimeout|modelerror|modelstreamerror)(?:exception)?$/],
    },
    verdict: overloaded,
    source: TROUBLE,
    example: {
      status: 424,
      headers: header('ModelErrorException'),
      body: '{"message":"The model returned an error."}',
    },
  },
  {
    id: 'bedrock.failed-dependency',
    when: { status: [408, 424] },
    verdict: overloaded,
    source: TROUBLE,
    example: { status: 424, body: '{"message":"The system encountered an unexpected error."}' },
  },
  {
    // The account has not been cleared for any model at all.
    id: 'bedrock.account-not-cleared',
    when: { status: ['2xx', 400, 403], message: /^operation not allowed\b/i },
    verdict: keyDead,
    source: `${TROUBLE}: ValidationException`,
    example: {
      status: 400,
      headers: header('ValidationException'),
      body: '{"message":"Operation not allowed"}',
    },
  },
  {
    id: 'bedrock.form-missing',
    when: { saysInOwnWords: /\buse[- ]case (?:details|form)\b|\bfill(?:ed)? (?:in|out)\b.{0,40}\bform\b/i },
    verdict: modelDenied,
    source: 'docs.aws.amazon.com/bedrock/latest/userguide/model-access.html',
    example: {
      status: 404,
      body: '{"message":"Model use case details have not been submitted for this account."}',
    },
  },
  {
    // The region is not served by the model's vendor, for any account.
    id: 'bedrock.region',
    when: { status: ['2xx', 400, 403], says: REGION },
    verdict: regionBlocked,
    source: 'anthropic.com/supported-countries, in answers of Bedrock',
    example: {
      status: 400,
      body: '{"message":"Access to Anthropic models is not allowed from unsupported countries, regions, or territories."}',
    },
  },
  {
    id: 'bedrock.model-retired',
    when: { saysInOwnWords: RETIRED },
    verdict: modelGone,
    source: 'docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html',
    example: { status: 404, body: '{"message":"This model version has reached the end of its life."}' },
  },
  {
    // Not offered in this mode or any more: another provider may have it.
    id: 'bedrock.model-not-here',
    when: {
      status: ['2xx', 400, 403, 404],
      saysInOwnWords:
        /\bon-demand throughput\b|\binference profile\b|\bmarked (?:by provider )?as legacy\b|\bdata retention mode\b/i,
    },
    verdict: modelGone,
    source: `${TROUBLE}; github.com/cline/cline pull 12926; github.com/apache/airflow pull 72521`,
    example: {
      status: 400,
      headers: header('ValidationException'),
      body: '{"message":"Invocation of model ID m with on-demand throughput isn’t supported. Use an inference profile."}',
    },
  },
  {
    id: 'bedrock.model-invalid',
    when: {
      saysInOwnWords:
        /\bmodel identifier is invalid\b|\bmodel (?:id|version)\b.{0,40}\b(?:invalid|not supported)\b/i,
    },
    verdict: modelDenied,
    source: 'pydantic/pydantic-ai tests/cassettes/test_model_name_suggestions',
    example: { status: 400, body: '{"message":"The provided model identifier is invalid."}' },
  },
  {
    id: 'bedrock.access-denied',
    when: { status: ['2xx', 401, 403], named: [/^(?:accessdenied|notauthorized)(?:exception)?$/] },
    verdict: modelDenied,
    source: TROUBLE,
    example: {
      status: 403,
      headers: header('AccessDeniedException'),
      body: '{"message":"You don\'t have access to the model with the specified model ID."}',
    },
  },
  {
    id: 'bedrock.model-not-found',
    // Nothing but models can be missing there; the header that says so is often lost.
    when: { status: 404 },
    verdict: modelDenied,
    source: TROUBLE,
    example: {
      status: 404,
      headers: header('ResourceNotFoundException'),
      body: '{"message":"Could not resolve the foundation model from the provided model identifier."}',
    },
  },
  {
    id: 'bedrock.context-length',
    // More than the model's window takes, and not an id or a name: clients shorten the conversation for it.
    when: { named: 'validationexception', says: MORE_THAN_THE_WINDOW },
    verdict: callersMistake,
    source: 'github.com/aws-samples/bedrock-chat issue 95; github.com/daisuke-awaji/moca issue 254',
    example: {
      status: 400,
      headers: header('ValidationException'),
      body: '{"message":"Input is too long for requested model."}',
    },
  },
  {
    id: 'bedrock.validation',
    when: { named: 'validationexception' },
    verdict: callersMistake,
    source: TROUBLE,
    example: {
      status: 400,
      headers: header('ValidationException'),
      body: '{"message":"messages: text content blocks must be non-empty"}',
    },
  },
];
