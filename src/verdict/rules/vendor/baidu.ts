import {
  atCapacity,
  blocked,
  callersMistake,
  keyDead,
  modelDenied,
  outOfCredit,
  overloaded,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';

const V1 = 'cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh (error codes of the older interface)';
const V2 = 'cloud.baidu.com/doc/qianfan-api (error codes)';

function v1(code: number, message: string): string {
  return JSON.stringify({ error_code: code, error_msg: message });
}

function v2(code: string, message: string, type = 'invalid_request_error'): string {
  return JSON.stringify({ error: { code, message, type }, id: 'as-1' });
}

/** Baidu Qianfan: numbers inside a 200 in its older interface, names and statuses in the newer one. */
export const baiduRules: readonly Rule[] = [
  {
    id: 'baidu.model-denied',
    when: { named: ['invalid_model', 'model_offline', 'no_model_permission'] },
    verdict: modelDenied,
    source: V2,
    example: { status: 401, body: v2('invalid_model', 'No permission to use the model') },
  },
  {
    id: 'baidu.key-invalid',
    when: { named: [/^invalid_(?:iam_token|api_key|ak|appid)$/, '13', '14', '100', '110', '111', '336001'] },
    verdict: keyDead,
    source: `${V1}; ${V2}`,
    example: { status: 200, body: v1(110, 'Access token invalid or no longer valid') },
  },
  {
    id: 'baidu.no-credit',
    when: { named: [/insufficient_balance/, 'account_overdue', '336503'] },
    verdict: outOfCredit,
    source: V2,
    example: { status: 403, body: v2('account_overdue', 'The account is overdue') },
  },
  {
    id: 'baidu.plan-window',
    when: { named: ['token_quota_exceeded', 'quota_exceeded', 'quota_user_daily_free'] },
    verdict: throttledForLong,
    source: V2,
    example: { status: 429, body: v2('token_quota_exceeded', 'Exceeded.', 'quota_exceeded') },
  },
  {
    id: 'baidu.daily-limit',
    when: { named: ['17', '19'] },
    verdict: throttledForLong,
    source: V1,
    example: { status: 200, body: v1(17, 'Open api daily request limit reached') },
  },
  {
    id: 'baidu.rate-limit',
    when: { named: ['4', '18', '336501', '336502', /^(?:rpm|tpm)_rate_limit_exceeded$/] },
    verdict: throttled,
    source: `${V1}; ${V2}`,
    example: { status: 200, body: v1(18, 'Open api qps request limit reached') },
  },
  {
    id: 'baidu.at-capacity',
    when: { named: ['336100', 'server_overloaded', 'preemptible_rate_limit_exceeded'] },
    verdict: atCapacity,
    source: V1,
    example: { status: 200, body: v1(336100, 'Try again') },
  },
  {
    id: 'baidu.content',
    when: { named: ['336104', 'unsafe_content', /^(?:prompt|response)_unsafe/] },
    verdict: blocked,
    source: V1,
    example: { status: 200, body: v1(336104, 'The prompt contains sensitive information') },
  },
  {
    id: 'baidu.not-permitted',
    when: { named: ['6', 'access_denied', 'no_permission'] },
    verdict: modelDenied,
    source: V1,
    example: { status: 200, body: v1(6, 'No permission to access data') },
  },
  {
    id: 'baidu.request',
    when: { named: ['336002', '336003', '336006', '336007', '336103'] },
    verdict: callersMistake,
    source: V1,
    example: { status: 200, body: v1(336003, 'messages must be an odd number') },
  },
  {
    id: 'baidu.failure',
    when: { named: ['1', '2', '336000'] },
    verdict: overloaded,
    source: V1,
    example: { status: 200, body: v1(336000, 'Internal error') },
  },
];
