import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { saysThinking } from './sent-request.ts';
import type { SentRequest } from './sent-request.ts';

/** What a request for a message of Anthropic's says. */
export function anthropicSent(body: Json): SentRequest {
  const choice = asObject(body['tool_choice']);
  return {
    maxOutputTokens: body['max_tokens'],
    temperature: body['temperature'],
    topP: body['top_p'],
    topK: body['top_k'],
    stopSequences: body['stop_sequences'],
    user: asObject(body['metadata'])?.['user_id'],
    thinking:
      saysThinking(asObject(body['thinking'])?.['type']) ??
      saysThinking(asObject(body['output_config'])?.['effort']),
    parallelTools: choice?.['disable_parallel_tool_use'] !== undefined,
    forcesTool: choice?.['type'] === 'any' || choice?.['type'] === 'tool',
  };
}
