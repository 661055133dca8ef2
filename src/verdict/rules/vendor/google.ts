import {
  blocked,
  callersMistake,
  keyDead,
  modelDenied,
  modelGone,
  outOfCredit,
  regionBlocked,
} from '../consequences.ts';
import { googleBody as body } from '../example-body.ts';
import { googleAccountRules } from './google-accounts.ts';
import { googleLimitRules } from './google-limits.ts';
import type { Rule } from '../rule.ts';
import { RETIRED } from '../words.ts';

const TROUBLE = 'ai.google.dev/gemini-api/docs/troubleshooting';
const REASONS = 'googleapis/googleapis google/api/error_reason.proto';

const credentials: readonly Rule[] = [
  {
    // Three texts and more share this reason, under a 400.
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
    // A key that was restricted to places, programs or services that this is none of: others may be allowed here.
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

/** Google's shape, which Gemini, Vertex AI and Code Assist share: a reason among the details tells most. */
export const googleRules: readonly Rule[] = [
  ...googleAccountRules,
  ...credentials,
  ...money,
  ...googleLimitRules,
  ...requests,
];
