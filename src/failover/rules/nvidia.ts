import { keyDead, modelDenied } from './consequences.ts';
import type { Rule } from './rule.ts';

/** NVIDIA's hosted models. */
export const nvidiaRules: readonly Rule[] = [
  {
    // Its word for a key that it does not know.
    id: 'nvidia.key-invalid',
    when: { status: [401, 403], says: /\bauthorization failed\b/i },
    verdict: keyDead,
    source: 'github.com/Alishahryar1/free-claude-code issue 1242',
    example: { status: 403, body: '{"status":403,"title":"Forbidden","detail":"Authorization failed"}' },
  },
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
