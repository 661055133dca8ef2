import {
  blocked,
  callersMistake,
  keyDead,
  outOfCredit,
  overloaded,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Consequence, Rule } from '../rule.ts';

const CODES = 'platform.minimax.io/docs/api-reference/errorcode';

/** In a 200 the number stands in `base_resp`; in its Anthropic format it ends the message, in brackets. */
function coded(name: string, codes: readonly string[], verdict: Consequence, message: string): Rule {
  return {
    id: `minimax.${name}`,
    when: { named: codes },
    verdict,
    source: CODES,
    example: {
      status: 200,
      body: JSON.stringify({ base_resp: { status_code: Number(codes[0]), status_msg: message } }),
    },
  };
}

/** MiniMax: a business code says all, whatever the status. */
export const minimaxRules: readonly Rule[] = [
  {
    id: 'minimax.group',
    // By the same code as a key that is refused. The key is good, and another one may be of the group that was named.
    when: { named: '1004', says: /^token not match group\b/i },
    verdict: { ...callersMistake, retry: 'other-key' },
    source: CODES,
    example: {
      status: 200,
      body: '{"base_resp":{"status_code":1004,"status_msg":"token not match group"}}',
    },
  },
  coded('no-credit', ['1008'], outOfCredit, 'insufficient balance'),
  coded('key-invalid', ['1004', '2049'], keyDead, 'login fail'),
  coded('rate-limit', ['1002', '1039', '1041', '2045'], throttled, 'rate limit'),
  coded('plan-window', ['2056'], throttledForLong, 'usage limit exceeded'),
  coded('content', ['1026', '1027', '1042'], blocked, 'input sensitive'),
  coded('failure', ['1000', '1001', '1024', '1033'], overloaded, 'unknown error'),
  coded('request', ['1013', '2013', '20132'], callersMistake, 'invalid params'),
];
