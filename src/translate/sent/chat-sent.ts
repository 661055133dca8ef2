import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { saysThinking } from './sent-request.ts';
import type { SentRequest } from './sent-request.ts';

/** What a request for chat completions says, in any vendor's names. */
export function chatSent(body: Json): SentRequest {
  const choice = body['tool_choice'];
  return {
    maxOutputTokens: body['max_tokens'] ?? body['max_completion_tokens'],
    temperature: body['temperature'],
    topP: body['top_p'],
    topK: body['top_k'],
    seed: body['seed'] ?? body['random_seed'],
    presencePenalty: body['presence_penalty'],
    frequencyPenalty: body['frequency_penalty'],
    stopSequences: body['stop'],
    user: body['user'] ?? body['user_id'] ?? body['safety_identifier'],
    thinking:
      saysThinking(body['enable_thinking']) ??
      saysThinking(asObject(body['thinking'])?.['type']) ??
      saysThinking(body['reasoning_effort']),
    parallelTools: body['parallel_tool_calls'] !== undefined,
    forcesTool: choice === 'required' || asObject(choice) !== undefined,
  };
}
