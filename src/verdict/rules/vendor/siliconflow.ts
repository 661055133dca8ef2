import { atCapacity, callersMistake, modelDenied, outOfCredit, throttled } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { AT_CAPACITY } from '../words.ts';

const CODES = 'docs.siliconflow.cn/faqs/error-code';

/** SiliconFlow: a number of five digits beside a message. */
export const siliconflowRules: readonly Rule[] = [
  {
    id: 'siliconflow.no-credit',
    when: { code: ['30001', '30011'] },
    verdict: outOfCredit,
    source: CODES,
    example: { status: 403, body: '{"code":30001,"message":"Sorry, your account balance is insufficient"}' },
  },
  {
    id: 'siliconflow.model-denied',
    when: { code: ['20012', '30003', '30004'] },
    verdict: modelDenied,
    source: CODES,
    example: { status: 403, body: '{"code":30003,"message":"Model disabled","data":null}' },
  },
  {
    id: 'siliconflow.rate-limit',
    when: { code: ['50501', '50502'], status: 429 },
    verdict: throttled,
    source: CODES,
    example: { status: 429, body: '{"code":50501,"message":"Limit reached.","data":null}' },
  },
  {
    id: 'siliconflow.at-capacity',
    when: { code: ['50503', '50505', '50603'] },
    verdict: atCapacity,
    source: CODES,
    example: { status: 503, body: '{"code":50505,"message":"Model service overloaded.","data":null}' },
  },
  {
    id: 'siliconflow.request',
    when: { status: ['2xx', '4xx'], code: ['20015', '20041', '20042'], unless: { says: AT_CAPACITY } },
    verdict: callersMistake,
    source: CODES,
    example: { status: 400, body: '{"code":20015,"message":"The parameter is invalid.","data":null}' },
  },
];
