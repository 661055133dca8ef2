import { keyDead, throttledForLong } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import { reasoningRules } from './reasoning-rules.ts';
import { DAY_IS_USED_UP, KEY_REFUSED_OUTRIGHT } from '../words.ts';

/**
 * Messages that cannot mean anything else, under a status that says something else. Tried before a vendor's own table,
 * since the codes in such errors follow the status.
 */
export const unambiguousRules: readonly Rule[] = [
  ...reasoningRules,
  {
    // A 5xx or a limit by its status; but no message says this of a key by chance.
    id: 'general.key-invalid-outright',
    when: {
      status: [406, 411, 417, 420, 421, 425, 429, 430, '5xx'],
      saysAboutKey: KEY_REFUSED_OUTRIGHT,
      unless: { relayed: true },
    },
    verdict: keyDead,
    source: 'github.com/ding113/claude-code-hub (relays that refuse keys with 500)',
    example: { status: 500, body: body('Your access key has been blocked', null, 'api_error') },
  },
  {
    id: 'general.daily-limit-of-server',
    when: { status: '5xx', says: DAY_IS_USED_UP },
    verdict: throttledForLong,
    source: 'github.com/songquanpeng/one-api (limits of relays under 500)',
    example: { status: 500, body: body('You have reached the daily limit of requests', null, 'api_error') },
  },
];
