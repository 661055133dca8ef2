import {
  atCapacity,
  blocked,
  callersMistake,
  keyDead,
  modelDenied,
  outOfAllowance,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Consequence, Match, Rule } from '../rule.ts';

const CODES = 'xfyun.cn/doc/spark/Web.html (error codes)';

function coded(name: string, when: Match, code: number, verdict: Consequence, message: string): Rule {
  return {
    id: `spark.${name}`,
    when,
    verdict,
    source: CODES,
    example: { status: 200, body: JSON.stringify({ header: { code, message, sid: 's', status: 2 } }) },
  };
}

/** iFLYTEK Spark: a number in the header of its frames, and one that stands for an account of several kinds. */
export const sparkRules: readonly Rule[] = [
  coded(
    'model-not-licensed',
    { named: '11200', says: /domain/i },
    11200,
    modelDenied,
    'AppIdNoAuthError:(licc limit, domain.generalv3)',
  ),
  coded('used-up', { named: '11200' }, 11200, outOfAllowance, 'AppIdNoAuthError:(licc limit, tokens.total)'),
  coded('daily-limit', { named: '11201' }, 11201, throttledForLong, 'AppIdDailyLimit'),
  coded('rate-limit', { named: ['11202', '11203', '10007'] }, 11202, throttled, 'AppIdSecondLimit'),
  coded('key-invalid', { named: ['10005', '10313', '11300', '11301'] }, 10005, keyDead, 'appid not found'),
  coded('content', { named: ['10013', '10014', '10019'] }, 10013, blocked, 'input audit'),
  coded('at-capacity', { named: ['10008', '10009', '10010', '10110', '11210'] }, 10008, atCapacity, 'busy'),
  coded('request', { named: ['10003', '10004', '10006', '10163', '10907'] }, 10907, callersMistake, 'tokens'),
];
