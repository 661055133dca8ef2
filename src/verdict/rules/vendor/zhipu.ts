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
import type { Consequence, Rule } from '../rule.ts';

const CODES = 'docs.bigmodel.cn/cn/api/api-code';

/** Its texts come in two languages; the number is the same, in `code`, in `type` or in front of the message. */
function coded(
  name: string,
  codes: readonly string[],
  status: number,
  verdict: Consequence,
  message: string,
): Rule {
  return {
    id: `zhipu.${name}`,
    when: { named: codes },
    verdict,
    source: CODES,
    example: { status, body: JSON.stringify({ error: { code: codes[0], message } }) },
  };
}

/** Times in its texts are Beijing's and say so nowhere. */
const window: Consequence = { ...throttledForLong, zoneHours: 8 };

/** Zhipu and Z.ai: a business code of four digits says all. */
export const zhipuRules: readonly Rule[] = [
  coded('key-invalid', ['1000', '1001', '1002', '1003', '1004'], 401, keyDead, 'Authentication Failed'),
  coded('account-closed', ['1110', '1111', '1112', '1120', '1121'], 429, keyDead, 'Account inactive'),
  coded('no-credit', ['1113', '1309'], 429, outOfCredit, '您的账户已欠费，请充值后重试。'),
  coded('model-denied', ['1211', '1220', '1221', '1222', '1311'], 400, modelDenied, '模型不存在'),
  coded('content', ['1300', '1301'], 400, blocked, '系统检测到输入或生成内容可能包含不安全或敏感内容'),
  coded('rate-limit', ['1302', '1303'], 429, throttled, '您当前使用该API的并发数过高'),
  coded('window', ['1304', '1308', '1310', '1313'], 429, window, '已达到 5 小时的使用上限'),
  coded('at-capacity', ['1305', '1312'], 429, atCapacity, '该模型当前访问量过大，请您稍后再试'),
  coded('failure', ['500', '1230', '1234'], 500, overloaded, '网络错误'),
  coded(
    'request',
    ['1210', '1212', '1213', '1214', '1215', '1231', '1261'],
    400,
    callersMistake,
    'API 调用参数有误',
  ),
];
