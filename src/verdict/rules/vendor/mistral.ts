import { atCapacity, keyDead, modelDenied, throttled } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { OUT_OF_CREDIT } from '../words.ts';

/** Mistral: a 429 is the caller's limit or the engine's queue; its code tells which. */
export const mistralRules: readonly Rule[] = [
  {
    // One of the two words its front has for a bad key.
    id: 'mistral.key-invalid',
    when: { status: 401, message: /^unauthorized$/i },
    verdict: keyDead,
    source: 'github.com/cline/cline issue 1734; github.com/nextcloud/integration_openai issue 332',
    example: { status: 401, body: '{"message":"Unauthorized","request_id":"0"}' },
  },
  {
    id: 'mistral.at-capacity',
    when: { named: ['3505', '3800', '3810', 'engine_max_pending_tokens'] },
    verdict: atCapacity,
    source: 'github.com/BerriAI/litellm issue 25078: capacity rather than the caller',
    example: { status: 429, body: '{"object":"error","message":"Try later.","type":"x","code":"3810"}' },
  },
  {
    // What the plan does not include.
    id: 'mistral.plan',
    when: { status: 403, form: 'json', unless: { says: OUT_OF_CREDIT } },
    verdict: modelDenied,
    source: 'docs.mistral.ai: 403, not available in your tier',
    example: { status: 403, body: '{"object":"error","message":"Not in your tier.","type":"x","code":null}' },
  },
  {
    id: 'mistral.rate-limit',
    when: { status: 429, named: ['1300', 'rate_limited'] },
    verdict: throttled,
    source: 'github.com/raycast/extensions issue 31107',
    example: {
      status: 429,
      body: '{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}',
    },
  },
];
