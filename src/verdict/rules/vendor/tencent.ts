import {
  atCapacity,
  blocked,
  keyDead,
  modelDenied,
  outOfCredit,
  regionBlocked,
  throttled,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';

const CODES = 'cloud.tencent.com/document/product/1729/101848; tencentcloud.com/document/product/1284/75543';

function body(code: string): string {
  return JSON.stringify({ Response: { Error: { Code: code, Message: 'Refused.' }, RequestId: '1' } });
}

/** Tencent Hunyuan: its API 3.0 answers 200 always, and names the error in two parts. */
export const tencentRules: readonly Rule[] = [
  {
    // This machine's clock is wrong, not the key: it was signed anew by then.
    id: 'tencent.clock',
    when: { named: ['authfailure.signatureexpire'] },
    verdict: atCapacity,
    source: CODES,
    example: { status: 200, body: body('AuthFailure.SignatureExpire') },
  },
  {
    id: 'tencent.key-invalid',
    when: { named: /^authfailure/, unless: { named: /unauthorizedoperation/ } },
    verdict: keyDead,
    source: CODES,
    example: { status: 200, body: body('AuthFailure.SignatureFailure') },
  },
  {
    id: 'tencent.no-credit',
    when: {
      named:
        /(?:arrears|resourceinsufficient|freequotaexhausted|resourcepackexhausted|servicestop(?:arrears)?|insufficientbalance|isoverdue)/,
    },
    verdict: outOfCredit,
    source: CODES,
    example: { status: 200, body: body('FailedOperation.ServiceStopArrears') },
  },
  {
    id: 'tencent.address',
    when: { named: ['ipnotinwhitelist', 'ipinblacklist'] },
    verdict: regionBlocked,
    source: CODES,
    example: { status: 200, body: body('IpNotInWhitelist') },
  },
  {
    id: 'tencent.at-capacity',
    when: { named: /(?:engineserverlimitexceeded|enginerequesttimeout|engineservererror)/ },
    verdict: atCapacity,
    source: CODES,
    example: { status: 200, body: body('FailedOperation.EngineServerLimitExceeded') },
  },
  {
    id: 'tencent.rate-limit',
    when: { named: /^(?:requestlimitexceeded|limitexceeded)/ },
    verdict: throttled,
    source: CODES,
    example: { status: 200, body: body('RequestLimitExceeded') },
  },
  {
    id: 'tencent.content',
    when: { named: /(?:illegal|sensitive|contentfilter|riskcontrol)/ },
    verdict: blocked,
    source: CODES,
    example: { status: 200, body: body('OperationDenied.TextIllegalDetected') },
  },
  {
    id: 'tencent.not-permitted',
    when: {
      named:
        /^(?:unauthorizedoperation|authfailure\.unauthorizedoperation|failedoperation\.servicenotactivated|resourceunavailable)/,
    },
    verdict: modelDenied,
    source: CODES,
    example: { status: 200, body: body('FailedOperation.ServiceNotActivated') },
  },
];
