import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { saysThinking } from './sent-request.ts';
import type { SentRequest } from './sent-request.ts';

/** What a request for Gemini's content says. */
export function geminiSent(body: Json): SentRequest {
  const config = asObject(body['generationConfig']) ?? {};
  const thinking = asObject(config['thinkingConfig']);
  const calling = asObject(asObject(body['toolConfig'])?.['functionCallingConfig']);
  return {
    maxOutputTokens: config['maxOutputTokens'],
    temperature: config['temperature'],
    topP: config['topP'],
    topK: config['topK'],
    seed: config['seed'],
    presencePenalty: config['presencePenalty'],
    frequencyPenalty: config['frequencyPenalty'],
    stopSequences: config['stopSequences'],
    thinking: saysThinking(thinking?.['thinkingLevel'] ?? thinking?.['thinkingBudget']),
    parallelTools: false,
    forcesTool: calling?.['mode'] === 'ANY',
  };
}
