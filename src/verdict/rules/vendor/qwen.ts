import { atCapacity, keyDead, modelDenied, outOfAllowance, outOfCredit, throttled } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { OUT_OF_CREDIT } from '../words.ts';

const CODES = 'help.aliyun.com/zh/model-studio/error-code';

/** DashScope, in its own shape or in that of OpenAI: OpenAI's words in another sense. */
export const qwenRules: readonly Rule[] = [
  {
    id: 'qwen.arrears',
    when: { named: ['arrearage', 'account.overdue', 'prepaidbilloverdue', 'postpaidbilloverdue'] },
    verdict: outOfCredit,
    source: `${CODES}, section overdue-payment; github.com/1Panel-dev/MaxKB issue 5297`,
    example: {
      status: 400,
      body: '{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}',
    },
  },
  {
    // The free allowance of one model is used up, and paid use is switched off: other models go on.
    id: 'qwen.free-allowance',
    when: { named: 'allocationquota.freetieronly' },
    verdict: outOfAllowance,
    source: `${CODES}: AllocationQuota.FreeTierOnly`,
    example: {
      status: 403,
      body: '{"error":{"message":"The free tier of the model is exhausted.","code":"AllocationQuota.FreeTierOnly"}}',
    },
  },
  {
    id: 'qwen.free-allowance-words',
    when: { status: ['2xx', 400, 403, 429], saysInOwnWords: /\bfree (?:allocated |tier )?quota\b/i },
    verdict: outOfAllowance,
    source: `${CODES}: Free allocated quota exceeded`,
    example: {
      status: 403,
      body: '{"message":"Free allocated quota exceeded.","code":"insufficient_quota"}',
    },
  },
  {
    // The name of an internal component stands before the error.
    id: 'qwen.at-capacity',
    when: { status: ['2xx', 429, '5xx'], says: /\bmodel serving\b|\bsystem capacity\b/i },
    verdict: atCapacity,
    source: 'labring/aiproxy core/relay/adaptor/ali/error.go',
    example: {
      status: 503,
      body: '{"error":{"code":"ServiceUnavailable","message":"<503> InternalError.Algo: An error occurred in model serving"}}',
    },
  },
  {
    // At OpenAI this code means no credit; here it is the limit of tokens per minute.
    id: 'qwen.tokens-per-minute',
    when: { status: ['2xx', 403, 429], named: 'insufficient_quota' },
    verdict: throttled,
    source: `${CODES}, section token-limit`,
    example: {
      status: 429,
      body: '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota, please check your plan and billing details. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit","param":null,"type":"insufficient_quota"}}',
    },
  },
  {
    id: 'qwen.throttling',
    when: { named: [/^throttling/, /^limit_?(?:requests|burst_rate)/] },
    verdict: throttled,
    source: `${CODES}: Throttling.RateQuota, Throttling.AllocationQuota, limit_requests`,
    example: {
      status: 429,
      body: '{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded, please try again later."}',
    },
  },
  {
    id: 'qwen.model-denied',
    when: { named: [/^(?:\w+\.)?access_?denied/], unless: { says: OUT_OF_CREDIT } },
    verdict: modelDenied,
    source: `${CODES}: AccessDenied.Unpurchased, Model.AccessDenied`,
    example: { status: 403, body: '{"code":"AccessDenied.Unpurchased","message":"Access to model denied."}' },
  },
  {
    id: 'qwen.key-invalid',
    when: { status: ['2xx', 400, 401, 403], named: ['invalidapikey', 'invalid_api_key', 'apikeyexpired'] },
    verdict: keyDead,
    source: `${CODES}: InvalidApiKey`,
    example: { status: 401, body: '{"code":"InvalidApiKey","message":"No API-key provided."}' },
  },
];
