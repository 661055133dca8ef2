import {
  atCapacity,
  blocked,
  callersMistake,
  keyDead,
  modelDenied,
  modelGone,
  outOfCredit,
  regionBlocked,
  suspicious,
  throttled,
  throttledForLong,
  throttledModel,
  throttledModelForLong,
} from '../consequences.ts';
import { googleBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import { NO_FREE_TIER, RETIRED, SOME_LIMIT } from '../words.ts';

const TROUBLE = 'ai.google.dev/gemini-api/docs/troubleshooting';
const REASONS = 'googleapis/googleapis google/api/error_reason.proto';

/** How a token is refused that Google does not know, or does not know any more. */
const TOKEN_REFUSED =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';

/** How Google's server of tokens refuses; RFC 6749, 5.2. */
function refusal(error: string, description: string): string {
  return JSON.stringify({ error, error_description: description });
}

/**
 * Service accounts, and the tokens made for them. A token is not its account: the next one may do, and for an
 * account that is dead there is none.
 */
const accounts: readonly Rule[] = [
  {
    id: 'google.token-expired',
    when: { named: 'access_token_expired' },
    verdict: suspicious,
    source: 'pydantic/pydantic-ai issue 1186',
    example: { status: 401, body: body(401, 'UNAUTHENTICATED', TOKEN_REFUSED, 'ACCESS_TOKEN_EXPIRED') },
  },
  {
    // Other services say in this case that the token is of a wrong type, or nothing.
    id: 'google.token-refused',
    when: { status: ['2xx', 401], says: /\bexpected oauth 2 access token\b/i },
    verdict: suspicious,
    source: 'NousResearch/hermes-agent pull 69096',
    example: {
      status: 401,
      body: body(401, 'UNAUTHENTICATED', TOKEN_REFUSED, 'ACCESS_TOKEN_TYPE_UNSUPPORTED'),
    },
  },
  {
    // This machine's clock is wrong, not the key: all service accounts sign by it.
    id: 'google.clock',
    when: { named: 'invalid_grant', says: /\breasonable timeframe\b/ },
    verdict: atCapacity,
    source: 'googleapis/google-api-php-client issue 1429; googleapis/google-auth-library-nodejs issue 129',
    example: {
      status: 400,
      body: refusal(
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      ),
    },
  },
  {
    id: 'google.account-invalid',
    when: {
      named: ['invalid_grant', 'invalid_client', 'deleted_client', 'disabled_client', 'unauthorized_client'],
    },
    verdict: keyDead,
    source: 'kubeguard/guard issue 346; developers.google.com/identity/protocols/oauth2/service-account',
    example: { status: 400, body: refusal('invalid_grant', 'Invalid JWT Signature.') },
  },
];

const credentials: readonly Rule[] = [
  {
    // Several messages share this reason, under 400.
    id: 'google.key-invalid',
    when: {
      named: ['api_key_invalid', 'credentials_missing'],
    },
    verdict: keyDead,
    source: REASONS,
    example: {
      status: 400,
      body: body(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', 'API_KEY_INVALID'),
    },
  },
  {
    // Its endpoint that speaks OpenAI leaves the reason out.
    id: 'google.key-invalid-words',
    when: {
      status: [400, 401, 403],
      message: /^(?:Please pass a valid API key\b|API key (?:not valid|expired|not found)\b)/,
    },
    verdict: keyDead,
    source: 'ai.google.dev/gemini-api/docs/openai; github.com/google-gemini/cookbook (answers to bad keys)',
    example: { status: 400, body: body(400, 'INVALID_ARGUMENT', 'Please pass a valid API key') },
  },
  {
    id: 'google.project-closed',
    when: {
      named: [
        'consumer_suspended',
        'consumer_invalid',
        'service_disabled',
        'account_state_invalid',
        'user_project_denied',
        'validation_required',
      ],
    },
    verdict: keyDead,
    source: REASONS,
    example: {
      status: 403,
      body: body(403, 'PERMISSION_DENIED', 'Consumer has been suspended.', 'CONSUMER_SUSPENDED'),
    },
  },
  {
    // A key restricted to other addresses, programs or services: other keys may be allowed here.
    id: 'google.address-blocked',
    when: {
      named: [
        /^api_key_(?:ip_address|http_referrer|android_app|ios_app|service)_blocked$/,
        'ip_referer_blocked',
        'iprefererblocked',
      ],
    },
    verdict: modelDenied,
    source: REASONS,
    example: {
      status: 403,
      body: body(403, 'PERMISSION_DENIED', 'The address is refused.', 'API_KEY_IP_ADDRESS_BLOCKED'),
    },
  },
  {
    id: 'google.address-blocked-words',
    when: { status: 403, message: /^Requests (?:from|to) (?:referer|this API)\b.{0,400}\bare blocked\b/ },
    verdict: modelDenied,
    source: 'github.com/tanmuhittin/laravel-google-translate issue 18',
    example: {
      status: 403,
      body: body(403, 'PERMISSION_DENIED', 'Requests from referer <empty> are blocked.'),
    },
  },
  {
    id: 'google.place-refused',
    when: { named: 'location_policy_violated' },
    verdict: regionBlocked,
    source: REASONS,
    example: { status: 403, body: body(403, 'PERMISSION_DENIED', 'Refused.', 'LOCATION_POLICY_VIOLATED') },
  },
  {
    // No key arrived at all.
    id: 'google.no-key-sent',
    when: { says: /\bunregistered callers\b/ },
    verdict: callersMistake,
    source: 'tmc/langchaingo llms/googleai/testdata/TestGoogleAIErrorHandling.httprr',
    example: {
      status: 403,
      body: body(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers."),
    },
  },
  {
    id: 'google.unauthenticated',
    when: { status: ['2xx', 401], named: 'unauthenticated' },
    verdict: keyDead,
    source: 'cloud.google.com/apis/design/errors',
    example: { status: 401, body: body(401, 'UNAUTHENTICATED', 'Request had invalid credentials.') },
  },
];

const money: readonly Rule[] = [
  {
    id: 'google.no-credit',
    when: { named: ['insufficient_g1_credits_balance', 'billing_disabled', 'payment_required'] },
    verdict: outOfCredit,
    source: REASONS,
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'Exhausted.', 'INSUFFICIENT_G1_CREDITS_BALANCE'),
    },
  },
  {
    // The project has to pay before it is served at all.
    id: 'google.billing-needed',
    when: {
      status: 400,
      named: 'failed_precondition',
      saysAboutKey:
        /\b(?:enable|requires?|without) (?:\w+ ){0,3}billing\b|\bbilling\b.{0,40}\b(?:disabled|enabled?|inactive)\b/i,
    },
    verdict: outOfCredit,
    source: `${TROUBLE}: 400 FAILED_PRECONDITION, enable billing`,
    example: {
      status: 400,
      body: body(400, 'FAILED_PRECONDITION', 'Please enable billing on your project in Google AI Studio.'),
    },
  },
  {
    id: 'google.no-credit-words',
    when: {
      status: ['2xx', 402, 403, 429],
      saysAboutKey:
        /\b(?:credits?|balance)\b.{0,30}\b(?:depleted|exhausted)\b|\b(?:enable|requires?) (?:\w+ )?billing\b|\bbilling\b.{0,30}\b(?:disabled|enabled|inactive)\b|\bspend(?:ing)? (?:cap|limit)\b/i,
    },
    verdict: outOfCredit,
    source: 'ai.google.dev/gemini-api/docs/billing',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
    },
  },
];

/** Limits of the project, and capacity. */
const limits: readonly Rule[] = [
  {
    id: 'google.overloaded',
    when: { status: 503, named: 'unavailable' },
    verdict: atCapacity,
    source: `${TROUBLE}: 503 UNAVAILABLE, the service is overloaded`,
    example: { status: 503, body: body(503, 'UNAVAILABLE', 'The model is overloaded.') },
  },
  {
    id: 'google.at-capacity',
    when: { named: /^model_capacity_/ },
    verdict: atCapacity,
    source: 'google-gemini/gemini-cli packages/core/src/utils/googleQuotaErrors.ts',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'No room.', 'MODEL_CAPACITY_EXHAUSTED'),
    },
  },
  {
    // This tier has no allowance for the model; the wait it names does not help.
    id: 'google.no-allowance',
    when: { status: ['2xx', 429], says: NO_FREE_TIER, unless: { says: SOME_LIMIT } },
    verdict: modelDenied,
    source: 'github.com/continuedev/continue issue 9570',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: requests, limit: 0, model: m'),
    },
  },
  {
    id: 'google.daily-limit',
    when: { status: ['2xx', 429], named: /perday/ },
    verdict: { ...throttledForLong, wait: 'midnight-pacific' },
    source: 'ai.google.dev/gemini-api/docs/rate-limits: requests per day reset at midnight Pacific time',
    example: {
      status: 429,
      body: '{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}',
    },
  },
  {
    // Code Assist counts by user and model.
    id: 'google.daily-limit-of-user',
    when: { status: ['2xx', 429], says: /\bper day per user\b/i },
    verdict: { ...throttledModelForLong, wait: 'midnight-pacific' },
    source: 'github.com/google-gemini/gemini-cli issue 4656',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', "Quota exceeded for 'Requests per day per user per tier'"),
    },
  },
  {
    id: 'google.daily-limit-words',
    when: { status: ['2xx', 429], says: /\bper[ _]day\b|\bdaily\b/i },
    verdict: { ...throttledForLong, wait: 'midnight-pacific' },
    source: 'google-gemini/gemini-cli packages/core/src/utils/googleQuotaErrors.ts',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', "Quota exceeded for limit 'Requests per day'"),
    },
  },
  {
    id: 'google.quota-exhausted',
    when: { status: ['2xx', 429], named: 'quota_exhausted' },
    verdict: throttledForLong,
    source: 'google-gemini/gemini-cli packages/core/src/utils/googleQuotaErrors.ts',
    example: { status: 429, body: body(429, 'RESOURCE_EXHAUSTED', 'Exhausted.', 'QUOTA_EXHAUSTED') },
  },
  {
    id: 'google.quota-resets-later',
    when: { status: ['2xx', 429], says: /\bquota will reset after \d+h/i },
    verdict: throttledModelForLong,
    source: 'google-gemini/gemini-cli packages/core/src/utils/googleQuotaErrors.ts',
    example: { status: 429, body: body(429, 'RESOURCE_EXHAUSTED', 'Your quota will reset after 1h43m56s.') },
  },
  {
    id: 'google.capacity-of-user',
    when: { status: ['2xx', 429], says: /\bexhausted your capacity on this model\b/i },
    verdict: throttledModel,
    source: 'router-for-me/CLIProxyAPI internal/runtime/executor/antigravity_executor_credits_test.go',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'You have exhausted your capacity on this model.'),
    },
  },
  {
    // Shared capacity: the quota of the project speaks of a metric or of itself.
    id: 'google.shared-capacity',
    when: { status: ['2xx', 429], message: /^resource exhausted\b/i },
    verdict: atCapacity,
    source: 'cloud.google.com/vertex-ai/generative-ai/docs/error-code-429',
    example: {
      status: 429,
      body: body(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.'),
    },
  },
  {
    // Its rate limits always ask to check plan and billing.
    id: 'google.rate-limit',
    when: { status: ['2xx', 429], named: 'resource_exhausted' },
    verdict: throttled,
    source: TROUBLE,
    example: {
      status: 429,
      body: body(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota, please check your plan and billing details. Please retry in 33.5s.',
      ),
    },
  },
  {
    id: 'google.unexplained-limit',
    when: { status: 429 },
    verdict: throttled,
    source: TROUBLE,
    example: { status: 429, body: body(429, '', 'Your quota will reset after 43m56s.') },
  },
];

const requests: readonly Rule[] = [
  {
    id: 'google.prompt-blocked',
    when: { named: 'prompt_blocked' },
    verdict: blocked,
    source: 'ai.google.dev/api/generate-content: BlockReason',
    example: { status: 200, body: '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}' },
  },
  {
    id: 'google.location',
    when: { says: /\blocation is not supported\b/i },
    verdict: regionBlocked,
    source: TROUBLE,
    example: {
      status: 400,
      body: body(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    },
  },
  {
    id: 'google.model-retired',
    when: { status: ['2xx', 400, 403, 404], saysInOwnWords: RETIRED },
    verdict: modelGone,
    source: 'ai.google.dev/gemini-api/docs/deprecations',
    example: { status: 404, body: body(404, 'NOT_FOUND', 'The model m is no longer available.') },
  },
  {
    // Not every 404 is of a model: files and cached contents have their own names.
    id: 'google.model-not-found',
    when: {
      status: ['2xx', 400, 403, 404],
      saysInOwnWords:
        /\bmodels?\/[\w.@-]+.{0,40}\bnot (?:found|supported)\b|\bpublisher models?\b|\bmodel\b.{0,80}\b(?:not found|not available|no longer available|deprecated|does not exist|do not have access)\b/i,
    },
    verdict: modelDenied,
    source: TROUBLE,
    example: {
      status: 404,
      body: body(404, 'NOT_FOUND', 'models/gemini-x is not found for API version v1beta'),
    },
  },
];

/** Google's format, which Gemini, Vertex AI and Code Assist share: a reason among the details is most specific. */
export const googleRules: readonly Rule[] = [...accounts, ...credentials, ...money, ...limits, ...requests];
