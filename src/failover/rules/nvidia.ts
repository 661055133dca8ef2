import { modelDenied } from './consequences.ts';
import type { Rule } from './rule.ts';

/** NVIDIA's hosted models. */
export const nvidiaRules: readonly Rule[] = [
  {
    // A model is a function there, granted to accounts.
    id: 'nvidia.function-not-found',
    when: { status: [403, 404], says: /\bfunction\b.{0,120}\bnot found\b/i },
    verdict: modelDenied,
    source: 'docs.api.nvidia.com: functions of NVCF',
    example: {
      status: 404,
      body: '{"status":404,"title":"Not Found","detail":"Function \'f\': Not found for account \'a\'"}',
    },
  },
];
