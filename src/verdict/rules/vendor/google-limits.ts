import {
  atCapacity,
  modelDenied,
  throttled,
  throttledForLong,
  throttledModel,
  throttledModelForLong,
} from '../consequences.ts';
import { googleBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import { NO_FREE_TIER, SOME_LIMIT } from '../words.ts';

const TROUBLE = 'ai.google.dev/gemini-api/docs/troubleshooting';

/** Google on how much there is, for this project and for everybody. In the order they are tried. */
export const googleLimitRules: readonly Rule[] = [
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
    // This tier has no allowance for the model; the wait it names is vain.
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
    // Its everyday limit asks to check plan and billing, whatever the limit is.
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
