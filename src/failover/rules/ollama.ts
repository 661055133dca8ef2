import { keyDead } from './consequences.ts';
import type { Rule } from './rule.ts';

/** Ollama on one's own machine and in its cloud. */
export const ollamaRules: readonly Rule[] = [
  {
    // The only word its cloud has for a bad key.
    id: 'ollama.key-invalid',
    when: { status: 401, message: /^unauthorized$/i },
    verdict: keyDead,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (ollama_cloud)',
    example: {
      status: 401,
      body: '{"error":{"message":"Unauthorized","type":"api_error","param":null,"code":null}}',
    },
  },
];
