import {
  atCapacity,
  blocked,
  keyDead,
  largerThanLimit,
  modelDenied,
  modelGone,
  outOfCredit,
  regionBlocked,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import {
  BILLING_NAMES,
  CONTENT_NAMES,
  KEY_NAMES,
  MODEL_NAMES,
  OVERLOAD_NAMES,
  RATE_NAMES,
  REGION_NAMES,
  RETIRED_NAMES,
  UNAUTHORIZED_NAMES,
} from '../names.ts';
import type { Rule } from '../rule.ts';
import { lengthNameRules } from './length-rules.ts';
import { reasoningNameRules } from './reasoning-rules.ts';
import {
  LARGER_THAN_CREDIT,
  LARGER_THAN_LIMIT,
  NO_FREE_TIER,
  NOT_THE_KEY,
  NOTHING_LEFT,
  OUT_OF_CREDIT,
  PER_DAY,
  PLAN_WINDOW,
  RETIRED,
  SOME_LIMIT,
} from '../words.ts';

/** By the code, type and other names of an error. Under 5xx few names are believed: often they are those of an upstream. */
export const generalNameRules: readonly Rule[] = [
  {
    id: 'general.content-policy',
    when: { status: ['2xx', '4xx'], named: CONTENT_NAMES },
    verdict: blocked,
    source: 'traceloop/openllmetry opentelemetry-instrumentation-openai cassettes/test_azure',
    example: {
      status: 400,
      body: '{"error":{"message":"The response was filtered","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}',
    },
  },
  ...lengthNameRules,
  ...reasoningNameRules,
  {
    id: 'general.larger-than-limit',
    when: { status: ['2xx', 400, 413, 429], says: LARGER_THAN_LIMIT },
    verdict: largerThanLimit,
    source: 'github.com/assafelovic/gpt-researcher issue 985 (groq says it with 413)',
    example: {
      status: 413,
      body: body(
        'Request too large for model `m` in organization `o` on tokens per minute (TPM): Limit 6000, Requested 9000',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    id: 'general.larger-than-credit',
    when: {
      status: ['2xx', 400, 402, 403, 413, 429],
      says: LARGER_THAN_CREDIT,
      unless: { says: NOTHING_LEFT },
    },
    verdict: largerThanLimit,
    source: 'github.com/can1357/oh-my-pi issue 9569 (openrouter)',
    example: { status: 402, body: body('More credits or fewer max_tokens: you can only afford 1200', '402') },
  },
  {
    id: 'general.no-free-tier',
    when: {
      status: ['2xx', 400, 402, 403, 404, 429],
      saysInOwnWords: NO_FREE_TIER,
      unless: { says: SOME_LIMIT },
    },
    verdict: modelDenied,
    source:
      'github.com/ai-christianson/RA.Aid issue 182 (gemini); github.com/UKGovernmentBEIS/inspect_ai pull 3215',
    example: { status: 403, body: body('The model is not available in the free tier.', null) },
  },
  {
    // It mentions money, but also when the window ends.
    id: 'general.plan-window-for-money',
    when: {
      status: ['2xx', 402, 403, 429],
      named: BILLING_NAMES,
      says: PLAN_WINDOW,
      unless: { says: OUT_OF_CREDIT },
    },
    verdict: throttledForLong,
    source: 'github.com/Gitlawb/openclaude issue 1554',
    example: {
      status: 402,
      body: body('Free quota used (30 requests / 5h). Resets at 10:00 UTC.', 'insufficient_quota'),
    },
  },
  {
    id: 'general.no-credit',
    when: { status: ['2xx', '4xx'], named: BILLING_NAMES },
    verdict: outOfCredit,
    source: 'github.com/popjane/free_chatgpt_api issue 26: a gateway in the code it shares with many',
    example: {
      status: 403,
      body: body('user quota is not enough', 'insufficient_user_quota', 'v_api_error'),
    },
  },
  {
    id: 'general.model-retired',
    when: { status: ['2xx', '4xx'], named: RETIRED_NAMES },
    verdict: modelGone,
    source: 'console.groq.com/docs/deprecations; github.com/openclaw/openclaw (groq: model_is_deactivated)',
    example: {
      status: 400,
      body: body('The model `m` has been decommissioned.', 'model_decommissioned'),
    },
  },
  {
    // Some use the code for not found, and say in the message that it was retired.
    id: 'general.model-not-found-any-more',
    when: { status: ['2xx', '4xx'], named: MODEL_NAMES, says: RETIRED },
    verdict: modelGone,
    source: 'traceloop/openllmetry cassettes (openai)',
    example: { status: 404, body: body('The model `m` has been deprecated.', 'model_not_found') },
  },
  {
    id: 'general.model-not-found',
    when: { status: ['2xx', '4xx'], named: MODEL_NAMES },
    verdict: modelDenied,
    source: 'pydantic/pydantic-ai tests/cassettes/test_model_name_suggestions (groq)',
    example: {
      status: 404,
      body: body('The model `m` does not exist or you do not have access to it.', 'model_not_found'),
    },
  },
  {
    // A gateway without an upstream for the model.
    id: 'general.model-not-served',
    when: { status: 503, named: ['model_not_found', 'no_valid_channel_error'] },
    verdict: modelDenied,
    source: 'QuantumNous/new-api: no channel for a model in a group',
    example: { status: 503, body: body('No channel', 'model_not_found', 'new_api_error') },
  },
  {
    id: 'general.country',
    when: { status: ['2xx', '4xx'], named: REGION_NAMES },
    verdict: regionBlocked,
    source: 'github.com/anomalyco/opencode issue 8796: passed on by a gateway',
    example: {
      status: 403,
      body: body('Country, region, or territory not supported', 'unsupported_country_region_territory'),
    },
  },
  {
    // Some send this code for billing: the rules above have matched those.
    id: 'general.key-invalid',
    when: { status: ['2xx', '4xx'], named: KEY_NAMES, unless: { says: OUT_OF_CREDIT } },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (perplexity)',
    example: {
      status: 401,
      body: '{"error":{"message":"Ensure your API key is correct and active.","type":"invalid_api_key","code":401}}',
    },
  },
  {
    id: 'general.unauthorized',
    when: { status: 401, named: UNAUTHORIZED_NAMES, unless: { says: NOT_THE_KEY } },
    verdict: keyDead,
    source: 'public source code, file 56581776963: bad keys at Tencent and GitHub',
    example: { status: 401, body: body('not authorized', 'not_authorized', 'not_authorized_error') },
  },
  {
    id: 'general.at-capacity',
    when: { status: ['2xx', '4xx'], named: OVERLOAD_NAMES, unless: { says: OUT_OF_CREDIT } },
    verdict: atCapacity,
    source: 'platform.moonshot.ai/docs: engine_overloaded_error comes with 429',
    example: {
      status: 429,
      body: body('Please try again later', null, 'engine_overloaded_error'),
    },
  },
  {
    id: 'general.at-capacity-of-server',
    when: {
      status: '5xx',
      named: [/overloaded/, /^(?:no|over|at)?_?capacity/, /^(?:engine|model|server|system)_?busy$/],
    },
    verdict: atCapacity,
    source: 'platform.minimax.io/docs/api-reference/errorcode: 529 overloaded_error, as at Anthropic',
    example: { status: 529, body: body('Much traffic now', null, 'overloaded_error') },
  },
  {
    id: 'general.limit-by-the-day',
    when: { status: ['2xx', 400, 403], named: RATE_NAMES, says: PER_DAY, unless: { says: OUT_OF_CREDIT } },
    verdict: throttledForLong,
    source: 'console.groq.com/docs/rate-limits',
    example: {
      status: 200,
      stream: true,
      body: 'data: {"error":{"message":"Limit of 50 requests per day reached","type":"rate_limit_error"}}\n\n',
    },
  },
  {
    id: 'general.limit',
    when: { status: ['2xx', 400, 403], named: RATE_NAMES, unless: { says: OUT_OF_CREDIT } },
    verdict: throttled,
    source: 'docs.anthropic.com/en/api/errors: errors may come after a 200',
    example: {
      status: 200,
      stream: true,
      body: 'data: {"error":{"message":"Too much","type":"rate_limit_error"}}\n\n',
    },
  },
];
