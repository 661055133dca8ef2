import { CREATED_AT, event, json, SERVER_SENT_EVENTS, type Answer } from '../answer.ts';
import { answerPieces, answerTag } from '../answer-text.ts';
import { embeddedError, malformedJson, missingParameter } from '../vendor-errors/openai.ts';
import type { Call } from './call.ts';
import { isObject } from './json.ts';
import { tokensIn } from './text.ts';
import { usageOf } from './chat.ts';

/** `POST /v1/completions`: the prompt is repeated. */
export function completions(call: Call): Answer {
  const request = call.json;
  if (request === undefined) return malformedJson;
  if (call.model === undefined) return missingParameter('model');
  const prompt = promptOf(request['prompt']);
  if (prompt === undefined) return missingParameter('prompt');

  const tag = answerTag(call.key, call.model, prompt);
  const pieces = answerPieces(prompt, tag, call.chunks);
  const usage = usageOf(tokensIn(prompt), pieces.length);
  const head = { id: `cmpl-sim${tag}`, object: 'text_completion', created: CREATED_AT, model: call.model };
  if (request['stream'] !== true) return json({ ...head, choices: [choice(pieces.join(''), 'stop')], usage });

  const options = request['stream_options'];
  const withUsage = isObject(options) && options['include_usage'] === true;
  return {
    kind: 'stream',
    contentType: SERVER_SENT_EVENTS,
    preamble: [],
    output: pieces.map((text) => event({ ...head, choices: [choice(text, null)] })),
    ending: [
      event({ ...head, choices: [choice('', 'stop')] }),
      ...(withUsage ? [event({ ...head, choices: [], usage })] : []),
      'data: [DONE]\n\n',
    ],
    errorEvents: (words) => [event({ error: embeddedError(words) })],
  };
}

function choice(text: string, finishReason: string | null): object {
  return { text, index: 0, logprobs: null, finish_reason: finishReason };
}

/** A prompt is a text, several texts, or tokens; tokens are repeated as their numbers. */
function promptOf(prompt: unknown): string | undefined {
  if (typeof prompt === 'string') return prompt;
  return Array.isArray(prompt) ? prompt.map(String).join(' ') : undefined;
}
