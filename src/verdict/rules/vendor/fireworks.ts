import { outOfCredit } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Fireworks: an account suspended for money answers 412. */
export const fireworksRules: readonly Rule[] = [
  {
    id: 'fireworks.suspended',
    when: { status: 412 },
    verdict: outOfCredit,
    source: 'docs.fireworks.ai/guides/inference-error-codes: 412, account suspended',
    example: {
      status: 412,
      body: '{"error":{"code":"PRECONDITION_FAILED","message":"Account is suspended","type":"error"}}',
    },
  },
];
