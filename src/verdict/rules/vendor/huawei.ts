import { keyDead, outOfCredit, throttled, throttledForLong } from '../consequences.ts';
import type { Consequence, Rule } from '../rule.ts';

function coded(name: string, codes: readonly string[], status: number, verdict: Consequence): Rule {
  const body = JSON.stringify({ error_code: `ModelArts.${codes[0]}`, error_msg: 'Refused.' });
  return {
    id: `huawei.${name}`,
    when: { named: codes.map((code) => `modelarts.${code}`) },
    verdict,
    source: 'support.huaweicloud.com/maas: error codes of ModelArts',
    example: { status, body },
  };
}

/** Huawei Cloud MaaS: a number after the name of the service. */
export const huaweiRules: readonly Rule[] = [
  coded('plan-expired', ['81019', '81021'], 403, outOfCredit),
  coded('plan-window', ['81022'], 403, throttledForLong),
  coded('banned', ['81023'], 403, keyDead),
  coded('key-invalid', ['81001', '81002', '81003', '81004'], 401, keyDead),
  coded('rate-limit', ['81101'], 429, throttled),
];
