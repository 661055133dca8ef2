import {
  atCapacity,
  blocked,
  callersMistake,
  keyDead,
  modelDenied,
  outOfCredit,
  regionBlocked,
  suspicious,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import { lengthWordRules } from './length-rules.ts';
import { modelWordRules } from './model-word-rules.ts';
import { reasoningWordRules } from './reasoning-rules.ts';
import { PERMISSION_NAMES } from '../names.ts';
import type { Rule } from '../rule.ts';
import {
  ACCOUNT_CLOSED,
  AFTER_PAYING,
  AFTER_VERIFYING,
  ASKS_FOR_MONEY,
  ASKS_FOR_PLAN,
  AT_CAPACITY,
  CONTENT,
  FUNCTION_DOWN,
  KEY_REFUSED,
  NO_KEY_SENT,
  NOT_PERMITTED,
  OTHER_CLIENTS,
  OUT_OF_CREDIT,
  PER_DAY,
  PLAN_WINDOW,
  REFUSED_OR_BROKE,
  REGION,
  THING_DENIED,
  TOKEN_REFUSED,
  TOO_FAST,
  TOO_LONG,
  WHO_ASKS,
} from '../words.ts';

/**
 * By what a message says. Order: billing before all that it may be mentioned beside, a closed account before the policy
 * that closed it, length before the model that is too small.
 */
export const generalWordRules: readonly Rule[] = [
  ...reasoningWordRules,
  {
    id: 'general.no-credit-words',
    when: { status: ['2xx', 401, 402, 403, 412, 429, 432], saysAboutKey: OUT_OF_CREDIT },
    verdict: outOfCredit,
    source: 'github.com/Wei-Shaw/sub2api issues 890 and 4069',
    example: {
      status: 403,
      body: '{"status":403,"message":"You have run out of funds. Please top up your balance."}',
    },
  },
  {
    id: 'general.account-closed-words',
    when: {
      status: ['2xx', 401, 403, 423, 429],
      saysAboutKey: ACCOUNT_CLOSED,
      unless: { says: /\bmodels?\b/i },
    },
    verdict: keyDead,
    source: 'github.com/songquanpeng/one-api issue 271 (groq)',
    example: { status: 403, body: body('Organization has been restricted.', null) },
  },
  {
    id: 'general.region-words',
    when: { status: ['2xx', 400, 401, 403, 451], says: REGION },
    verdict: regionBlocked,
    source: 'ai.google.dev/gemini-api/docs/troubleshooting; learn.microsoft.com/azure/ai-services (networks)',
    example: {
      status: 403,
      body: '{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}',
    },
  },
  {
    id: 'general.key-invalid-words',
    when: { status: ['2xx', 401, 402, 403, 407, 412, 418, 423, 451, 498], saysAboutKey: KEY_REFUSED },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (mistral, xai)',
    example: { status: 401, body: '{"detail":"Invalid API Key"}\n' },
  },
  {
    id: 'general.token-invalid-words',
    when: { status: [401, 403], saysAboutKey: TOKEN_REFUSED },
    verdict: keyDead,
    source: 'docs.cohere.com/reference/errors: 401 invalid api token',
    example: { status: 401, body: '{"message":"token expired or incorrect"}' },
  },
  {
    id: 'general.no-key-sent',
    when: { status: ['2xx', 400, 401, 403], says: NO_KEY_SENT },
    verdict: callersMistake,
    source: 'github.com/chatboxai/chatbox issue 382',
    example: { status: 401, body: body('No API key provided.', null) },
  },
  {
    // Where the request is blamed, words alone do not take a key out; they are counted.
    id: 'general.unproven-words',
    when: { status: [400, 404, 406, 409, 422], saysAboutKey: REFUSED_OR_BROKE, unless: { says: TOO_LONG } },
    verdict: suspicious,
    source: 'github.com/anthropics/anthropic-sdk-python issue 1029: a 400 about a token of the client',
    example: { status: 400, body: body('Your api key is invalid.', null) },
  },
  ...lengthWordRules,
  {
    id: 'general.content-policy-words',
    when: { status: ['2xx', 400, 403, 422, 446, 451], says: CONTENT },
    verdict: blocked,
    source: 'openrouter.ai/docs/errors: 403 for moderation',
    example: { status: 403, body: body('Your input was flagged.', null) },
  },
  {
    id: 'general.other-clients-words',
    when: { status: ['2xx', 400, 401, 403], says: OTHER_CLIENTS },
    verdict: callersMistake,
    source: 'public source code, file 57577226278: groups of Sub2API for one client only',
    example: { status: 403, body: body('Only Codex clients can use this group', null) },
  },
  ...modelWordRules,
  {
    // A condition, not a wait: nothing changes until it is paid.
    id: 'general.pay-first',
    when: { status: ['2xx', 401, 402, 403, 429], saysAboutKey: AFTER_PAYING },
    verdict: outOfCredit,
    source: 'github.com/Gitlawb/openclaude issue 1125; cloud.siliconflow.cn (limits of unpaid accounts)',
    example: { status: 429, body: body('Limit reached. Please try again after upgrading your plan.', null) },
  },
  {
    id: 'general.verify-first',
    when: { status: ['2xx', 401, 402, 403, 429], says: AFTER_VERIFYING },
    verdict: modelDenied,
    source: 'help.openai.com/en/articles/10910291 (verification of organizations)',
    example: { status: 403, body: body('Try again after verifying your phone number.', null) },
  },
  {
    id: 'general.plan-window',
    when: { status: ['2xx', 402, 403, 429], says: PLAN_WINDOW },
    verdict: throttledForLong,
    source: 'github.com/MoonshotAI/kimi-code issue 3014',
    example: { status: 403, body: body("You've reached your weekly usage limit.", null) },
  },
  {
    id: 'general.function-down',
    when: { status: ['2xx', 400, 404, 409, 422, 424, 429, '5xx'], says: FUNCTION_DOWN },
    verdict: atCapacity,
    source: 'github.com/tashfeenahmed/freellmapi issue 522 (nvidia)',
    example: { status: 400, body: '{"detail":"DEGRADED function cannot be invoked"}' },
  },
  {
    id: 'general.at-capacity-words',
    when: { status: ['2xx', 403, 429], says: AT_CAPACITY },
    verdict: atCapacity,
    source: 'github.com/truefoundry/models pull 862 (deepinfra)',
    example: { status: 429, body: body('Model busy, retry later', null) },
  },
  {
    id: 'general.at-capacity-under-400',
    when: { status: 400, saysAboutKey: AT_CAPACITY },
    verdict: atCapacity,
    source: 'github.com/openai/codex issue 43337 (relays that keep the words and lose the status)',
    example: { status: 400, body: body('The server is busy, retry later', null) },
  },
  {
    id: 'general.daily-limit',
    when: { status: ['2xx', 402, 403, 429], says: PER_DAY },
    verdict: throttledForLong,
    source: 'console.groq.com/docs/rate-limits',
    example: {
      status: 429,
      headers: { 'retry-after': '578' },
      body: body(
        'Rate limit reached for model `m` on tokens per day (TPD): Limit 100000, Used 99800. Please try again in 9m38.016s.',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    id: 'general.limit-words',
    when: { status: ['2xx', 400, 402, 403], saysAboutKey: TOO_FAST },
    verdict: throttled,
    source: 'github.com/Wei-Shaw/sub2api issue 6203: concurrency under 403',
    example: { status: 403, body: body("You've reached your concurrent request limit.", null) },
  },
  {
    id: 'general.money-asked-for',
    when: { status: ['2xx', 403, 429], saysAboutKey: ASKS_FOR_MONEY, unless: { says: TOO_FAST } },
    verdict: outOfCredit,
    source: 'github.com/continuedev/continue issue 13195 (ollama)',
    example: { status: 403, body: body('Please top up to continue.', null) },
  },
  {
    // A file or the like, not a model: the key is not at fault, and another may have access.
    id: 'general.thing-not-permitted',
    when: { status: [401, 403], says: THING_DENIED },
    verdict: { ...callersMistake, retry: 'other-domain' },
    source: 'platform.openai.com/docs/api-reference/files; docs.anthropic.com/en/api/files-create',
    example: { status: 403, body: body('You do not have permission to access file file-1.', null) },
  },
  {
    id: 'general.not-permitted',
    when: { status: ['2xx', 401, 403], named: PERMISSION_NAMES },
    verdict: modelDenied,
    source: 'docs.anthropic.com/en/api/errors: permission_error',
    example: { status: 403, body: body('Denied.', null, 'permission_error') },
  },
  {
    id: 'general.not-permitted-words',
    when: { status: [401, 403], says: NOT_PERMITTED },
    verdict: modelDenied,
    source: 'github.com/lingxiaoyiyu-hub/grok-register-win issue 4 (xai)',
    example: { status: 403, body: body('The caller does not have permission.', null) },
  },
  {
    // The model is refused: gated, or not in the plan. Other models may work.
    id: 'general.model-refused-words',
    when: { status: 403, says: /\bmodels?\b|模型/i },
    verdict: modelDenied,
    source: 'docs.featherless.ai (gated models); ollama.com/upgrade',
    example: { status: 403, body: '{"error":"this model requires a subscription, upgrade for access"}' },
  },
  {
    id: 'general.plan-asked-for',
    when: { status: ['2xx', 401, 403], saysAboutKey: ASKS_FOR_PLAN },
    verdict: outOfCredit,
    source: 'public source code, file 63311306428 (xai-subscription-required)',
    example: { status: 403, body: '{"error":"You need a subscription"}' },
  },
  {
    // Last: a bare "Unauthorized" says no more than its status.
    id: 'general.not-authenticated-words',
    when: { status: 401, saysAboutKey: WHO_ASKS },
    verdict: keyDead,
    source: 'public source code, files 56581776963 and 69820245477: bad keys at seven providers',
    example: { status: 401, body: '{"detail":"Could not confirm your session"}' },
  },
];
