import { keyDead, modelGone } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { MODEL_DENIED } from '../words.ts';

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
  {
    // Its machine has not pulled it: no key of its changes that.
    id: 'ollama.model-not-pulled',
    when: { status: 404, saysInOwnWords: MODEL_DENIED },
    verdict: modelGone,
    source: 'Arize-ai/openinference cassettes (ollama)',
    example: { status: 404, body: '{"error":"model \'m:latest\' not found, try pulling it first"}' },
  },
];
