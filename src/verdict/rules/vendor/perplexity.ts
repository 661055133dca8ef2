import { keyDead } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Perplexity: its proxy refuses a bad key before its API does. */
export const perplexityRules: readonly Rule[] = [
  {
    id: 'perplexity.key-invalid',
    when: { form: 'html', status: 401 },
    verdict: keyDead,
    source: 'github.com/perplexityai/api-discussion issue 281; github.com/BerriAI/litellm issue 2584',
    example: {
      status: 401,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>401 Authorization Required</title></head></html>',
    },
  },
];
