import { throttledForLong } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** IBM watsonx. */
export const watsonxRules: readonly Rule[] = [
  {
    // The tokens of the plan's month, which comes round by itself.
    id: 'watsonx.monthly-tokens',
    when: { status: [402, 403, 429], named: 'token_quota_reached' },
    verdict: throttledForLong,
    source: 'cloud.ibm.com/apidocs/watsonx-ai',
    example: {
      status: 403,
      body: '{"errors":[{"code":"token_quota_reached","message":"Request of 1 token(s) from quota was rejected"}]}',
    },
  },
];
