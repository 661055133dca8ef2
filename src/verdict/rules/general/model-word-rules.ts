import { callersMistake, modelDenied, modelGone } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import {
  MODEL_DENIED,
  NO_SUCH_MODEL,
  NOBODY_SERVES,
  OTHER_MODELS,
  RETIRED,
  WRONG_ENDPOINT,
} from '../words.ts';

/** By what a message says about models. A key is held from a model only by words that do not echo the request. */
export const modelWordRules: readonly Rule[] = [
  {
    id: 'general.model-not-served-words',
    when: { status: 503, says: NOBODY_SERVES },
    verdict: modelDenied,
    source: 'QuantumNous/new-api: no channel for a model in a group',
    example: { status: 503, body: body('No available channel for model m under group default', null) },
  },
  {
    id: 'general.wrong-endpoint-words',
    when: { status: ['2xx', 400, 404, 405, 422], says: WRONG_ENDPOINT },
    verdict: callersMistake,
    source: 'DataDog/dd-trace-js packages/dd-trace/test/llmobs/cassettes/openai',
    example: {
      status: 404,
      body: body('This is a chat model and not supported in the v1/completions endpoint.', null),
    },
  },
  {
    id: 'general.model-retired-words',
    when: { status: ['2xx', 400, 403, 404, 410, 422], saysInOwnWords: RETIRED },
    verdict: modelGone,
    source: 'traceloop/openllmetry cassettes (cohere)',
    example: { status: 404, body: '{"message":"model \'m\' was removed on September 15, 2025."}' },
  },
  {
    id: 'general.other-models-words',
    when: { status: ['2xx', 400, 403, 404, 422], saysInOwnWords: OTHER_MODELS },
    verdict: modelGone,
    source: 'github.com/BigPizzaV3/CodexPlusPlus issue 415 (deepseek)',
    example: {
      status: 400,
      body: body('The supported API model names are a or b, but you passed c.', 'invalid_request_error'),
    },
  },
  {
    id: 'general.model-not-found-words',
    when: { status: ['2xx', 400, 401, 403, 404, 410, 422], saysInOwnWords: MODEL_DENIED },
    verdict: modelDenied,
    source: 'Arize-ai/openinference cassettes (ollama); traceloop/openllmetry cassettes (cohere)',
    example: { status: 404, body: '{"error":"model \'nonexistent-model:latest\' not found"}' },
  },
  {
    // The words may echo the request: nothing is held, and the next provider is tried.
    id: 'general.model-said-back',
    when: { status: [400, 404, 422], says: NO_SUCH_MODEL },
    verdict: { ...callersMistake, retry: 'other-provider' },
    source: 'platform.openai.com/docs/guides/error-codes: values are said back in quotes',
    example: { status: 400, body: body("Invalid value: 'model m does not exist'.", null) },
  },
];
