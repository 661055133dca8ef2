import { JSON_MODEL, operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

const WHOLE: Traits = { ...JSON_MODEL, modelRequired: false, streams: 'never' };

/**
 * What vLLM has beside OpenAI's dialect, without what changes the server:
 * docs.vllm.ai/en/stable/serving/openai_compatible_server, "Supported APIs".
 */
export const vllmOperations: readonly Operation[] = [
  operation('vllm.tokenize', 'vendor', 'POST', '/tokenize', WHOLE),
  operation('vllm.detokenize', 'vendor', 'POST', '/detokenize', WHOLE),
  operation('vllm.pooling', 'vendor', 'POST', '/pooling', WHOLE),
  operation('vllm.classify', 'vendor', 'POST', '/classify', WHOLE),
  operation('vllm.score', 'vendor', 'POST', '/score', WHOLE),
];
