import { atCapacity, outOfCredit } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Cohere: a message and little else. */
export const cohereRules: readonly Rule[] = [
  {
    // A trial's limit is per month; per minute it is an ordinary limit.
    id: 'cohere.trial-used-up',
    when: { status: 429, saysAboutKey: /\btrial key\b.{0,80}\bmonth\b/i },
    verdict: outOfCredit,
    source: 'github.com/diegosouzapw/OmniRoute pull 12252; docs.cohere.com/docs/rate-limits',
    example: {
      status: 429,
      body: '{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}',
    },
  },
  {
    id: 'cohere.at-capacity',
    when: { status: 499 },
    verdict: atCapacity,
    source: 'docs.cohere.com/reference/errors: 499 and 503',
    example: { status: 499, body: '{"message":"request cancelled by the service"}' },
  },
];
