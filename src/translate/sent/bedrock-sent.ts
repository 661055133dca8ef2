import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { anthropicSent } from './anthropic-sent.ts';
import { saysThinking } from './sent-request.ts';
import type { SentRequest } from './sent-request.ts';

/** What a request of Converse says, in its own fields and in those that go to the model as they are. */
export function bedrockSent(body: Json): SentRequest {
  const config = asObject(body['inferenceConfig']) ?? {};
  const fields = asObject(body['additionalModelRequestFields']) ?? {};
  const own = anthropicSent(fields);
  const choice = asObject(asObject(body['toolConfig'])?.['toolChoice']);
  return {
    maxOutputTokens: config['maxTokens'],
    temperature: config['temperature'],
    topP: config['topP'],
    topK: config['topK'] ?? own.topK,
    stopSequences: config['stopSequences'],
    thinking: own.thinking ?? thinkingOfOthers(fields),
    parallelTools: own.parallelTools,
    // Where one tool is chosen, no other is called.
    cannotForbidTools:
      body['toolConfig'] !== undefined &&
      choice?.['tool'] === undefined &&
      asObject(fields['tool_choice'])?.['type'] !== 'none',
    forcesTool: own.forcesTool || choice?.['any'] !== undefined || choice?.['tool'] !== undefined,
  };
}

/** As Nova and OpenAI's models on Bedrock are told of thinking. */
function thinkingOfOthers(fields: Json): SentRequest['thinking'] {
  return saysThinking(
    asObject(fields['reasoningConfig'])?.['maxReasoningEffort'] ??
      fields['reasoning_effort'] ??
      asObject(fields['reasoning'])?.['effort'],
  );
}
