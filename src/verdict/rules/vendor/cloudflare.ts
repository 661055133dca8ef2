import {
  atCapacity,
  callersMistake,
  keyDead,
  modelDenied,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import type { Rule } from '../rule.ts';

const CODES = 'developers.cloudflare.com/workers-ai/platform/errors';

function body(code: number, message: string): string {
  return JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: {} });
}

/** Cloudflare Workers AI: numbers in a list of errors. */
export const cloudflareRules: readonly Rule[] = [
  {
    // The free allowance of the account, until midnight.
    id: 'cloudflare.daily-allowance',
    when: { code: ['4006', '3036'] },
    verdict: { ...throttledForLong, wait: 'midnight-utc' },
    source: 'developers.cloudflare.com/workers-ai/platform/pricing: resets daily at 00:00 UTC',
    example: {
      status: 429,
      body: body(4006, 'you have used up your daily free allocation of 10,000 neurons'),
    },
  },
  {
    id: 'cloudflare.key-invalid',
    when: { status: [400, 401, 403], code: ['10000', '9109', '6003', '1000'] },
    verdict: keyDead,
    source: 'developers.cloudflare.com/fundamentals/api/troubleshooting',
    example: { status: 401, body: body(10000, 'Authentication error') },
  },
  {
    id: 'cloudflare.model-denied',
    when: { code: ['5007', '5018', '3042', '5016', '5028'] },
    verdict: modelDenied,
    source: CODES,
    example: { status: 400, body: body(5007, 'No such model or task') },
  },
  {
    id: 'cloudflare.at-capacity',
    when: { code: ['3040'] },
    verdict: atCapacity,
    source: CODES,
    example: { status: 429, body: body(3040, 'Out of capacity') },
  },
  {
    id: 'cloudflare.rate-limit',
    when: { code: ['3041', '971', '10429'] },
    verdict: throttled,
    source: CODES,
    example: { status: 429, body: body(971, 'Please wait and consider throttling your request speed') },
  },
  {
    id: 'cloudflare.request',
    when: { code: ['5004', '5006', '3003', '3006', '3007', '3008'] },
    verdict: callersMistake,
    source: CODES,
    example: { status: 400, body: body(5006, 'Error: oneOf at / not met') },
  },
];
