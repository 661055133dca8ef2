import { atCapacity, keyDead, modelDenied } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { FUNCTION_DOWN } from '../words.ts';

/** NVIDIA's hosted models. */
export const nvidiaRules: readonly Rule[] = [
  {
    // Its word for a key that it does not know.
    id: 'nvidia.key-invalid',
    when: { status: [401, 403], saysAboutKey: /\bauthorization failed\b/i },
    verdict: keyDead,
    source: 'github.com/Alishahryar1/free-claude-code issue 1242',
    example: { status: 403, body: '{"status":403,"title":"Forbidden","detail":"Authorization failed"}' },
  },
  {
    // The status blames the request, but the function is down.
    id: 'nvidia.function-degraded',
    when: { status: [400, 404, 409, 422, 429, '5xx'], saysInOwnWords: FUNCTION_DOWN },
    verdict: atCapacity,
    source: 'github.com/decolua/9router issue 2527; docs.nvidia.com/cloud-functions (states of functions)',
    example: {
      status: 400,
      body: '{"status":400,"title":"Bad Request","detail":"Function id \'f\': DEGRADED function cannot be invoked"}',
    },
  },
  {
    // A model is a function there, granted to accounts.
    id: 'nvidia.function-not-found',
    when: { status: [403, 404], saysInOwnWords: /\bfunction\b.{0,120}\bnot found\b/i },
    verdict: modelDenied,
    source: 'docs.api.nvidia.com: functions of NVCF',
    example: {
      status: 404,
      body: '{"status":404,"title":"Not Found","detail":"Function \'f\': Not found for account \'a\'"}',
    },
  },
];
