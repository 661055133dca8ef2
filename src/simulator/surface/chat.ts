import { CREATED_AT, event, json, type Answer, type StreamAnswer } from '../answer.ts';
import { answerPieces, answerTag } from '../answer-text.ts';
import { malformedJson, missingParameter } from '../openai-errors.ts';
import type { Call } from './call.ts';
import { isObject } from './json.ts';
import { lastUserText, textOf, tokensIn } from './said.ts';

/** `POST /v1/chat/completions` */
export function chat(call: Call): Answer {
  const request = call.json;
  if (request === undefined) return malformedJson;
  if (call.model === undefined) return missingParameter('model');
  const messages: unknown = request['messages'];
  if (!Array.isArray(messages) || messages.length === 0) return missingParameter('messages');

  const said = lastUserText(messages);
  const tag = answerTag(call.key, call.model, said);
  const pieces = answerPieces(said, tag, call.chunks);
  const prompt = messages.map((message: unknown) => (isObject(message) ? textOf(message['content']) : ''));
  const usage = usageOf(tokensIn(prompt.join('')), pieces.length);
  const head = { id: `chatcmpl-sim${tag}`, created: CREATED_AT, model: call.model };
  if (request['stream'] === true) {
    const options = request['stream_options'];
    return stream(head, pieces, isObject(options) && options['include_usage'] === true ? usage : undefined);
  }
  const message = { role: 'assistant', content: pieces.join(''), refusal: null, annotations: [] };
  return json({
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage,
    system_fingerprint: 'fp_simulator',
  });
}

/** Tokens, as completions count them. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The usage of a chat or text completion. */
export function usageOf(promptTokens: number, completionTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function stream(head: object, pieces: readonly string[], usage: Usage | undefined): StreamAnswer {
  const chunk = (choices: readonly object[], ofWhole: Usage | null = null): string =>
    event({
      ...head,
      object: 'chat.completion.chunk',
      system_fingerprint: 'fp_simulator',
      choices,
      ...(usage === undefined ? {} : { usage: ofWhole }),
    });
  const choice = (delta: object, finishReason: string | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }]);
  return {
    kind: 'stream',
    preamble: [choice({ role: 'assistant', content: '', refusal: null })],
    output: pieces.map((content) => choice({ content })),
    ending: [choice({}, 'stop'), ...(usage === undefined ? [] : [chunk([], usage)]), 'data: [DONE]\n\n'],
    errorEvents: (error) => [event({ error })],
  };
}
