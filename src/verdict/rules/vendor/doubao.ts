import {
  atCapacity,
  blocked,
  keyDead,
  modelDenied,
  outOfAllowance,
  outOfCredit,
  throttled,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';

const CODES = 'volcengine.com/docs/82379/1299023';

function body(code: string, message: string): string {
  return JSON.stringify({ error: { code, message, param: '', type: 'Forbidden' } });
}

/** Volcengine Ark: names in two parts, the general one first. */
export const doubaoRules: readonly Rule[] = [
  {
    id: 'doubao.key-invalid',
    when: { named: ['authenticationerror', 'invalidaccountstatus'] },
    verdict: keyDead,
    source: CODES,
    example: { status: 401, body: body('AuthenticationError', 'The API key format is incorrect.') },
  },
  {
    id: 'doubao.overdue',
    when: { named: ['accountoverdueerror', 'serviceoverdue', 'invalidsubscription'] },
    verdict: outOfCredit,
    source: CODES,
    example: { status: 403, body: body('AccountOverdueError', 'The request failed.') },
  },
  {
    // A limit the operator set on the model, until the operator lifts it.
    id: 'doubao.set-limit',
    when: { named: ['setlimitexceeded', 'inferencelimitexceeded'] },
    verdict: outOfAllowance,
    source: 'volcengine.com/docs/82379/1099476',
    example: { status: 429, body: body('SetLimitExceeded', 'Safe Experience Mode') },
  },
  {
    id: 'doubao.set-limit-words',
    when: { status: 429, says: /\bset (?:inference )?limit\b/i },
    verdict: outOfAllowance,
    source: 'volcengine.com/docs/82379/1099476',
    example: { status: 429, body: 'Your account has reached the set inference limit for the model.' },
  },
  {
    id: 'doubao.at-capacity',
    when: { named: ['serveroverloaded', 'requestbursttoofast', 'internalserviceerror'] },
    verdict: atCapacity,
    source: CODES,
    example: { status: 429, body: body('ServerOverloaded', 'The service is busy.') },
  },
  {
    id: 'doubao.rate-limit',
    when: {
      named: [
        /^(?:ratelimitexceeded|accountratelimitexceeded|modelaccountrpm|modelaccounttpm|quotaexceeded)/,
      ],
    },
    verdict: throttled,
    source: CODES,
    example: { status: 429, body: body('RateLimitExceeded.EndpointRPMExceeded', 'Too many.') },
  },
  {
    id: 'doubao.model-denied',
    when: {
      named: [
        /^(?:invalidendpointormodel|modelnotopen|invalidendpoint|unsupportedmodel|accessdenied|operationdenied)/,
      ],
    },
    verdict: modelDenied,
    source: CODES,
    example: { status: 404, body: body('ModelNotOpen', 'Your account has not activated the model.') },
  },
  {
    id: 'doubao.content',
    when: { named: [/(?:risk|sensitivecontent)detect/, /^sensitivecontent/] },
    verdict: blocked,
    source: CODES,
    example: { status: 400, body: body('InputTextRiskDetection', 'Refused.') },
  },
];
