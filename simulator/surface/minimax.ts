import { CREATED_AT, event, json, SERVER_SENT_EVENTS, type Answer } from '../answer.ts';
import { minimaxErrors as errors } from '../vendor-errors/minimax.ts';
import type { Call } from './call.ts';
import { message, type Message } from './conversation.ts';
import type { GenerationOptions } from './generation-options.ts';
import { numberOf, objectOf, objectsOf, stringOf, type JsonObject } from './json.ts';
import { generateOutput } from './model-output.ts';

/**
 * Prepares the right answer to a call of MiniMax's ChatCompletion Pro, which is that of a group. Its speakers have names in the
 * place of roles: platform.minimaxi.com/document/ChatCompletion%20Pro.
 */
export function minimaxPro({ key, model = '', method, query, json: request, chunks }: Call): Answer {
  if (method !== 'POST') return errors.unknownUrl(method, '');
  if (request === undefined) return errors.malformedJson;
  if (!/\S/u.test(query.get('GroupId') ?? '')) return errors.invalidRequest('group id is empty');
  const generated = generateOutput({
    key,
    model,
    messages: messagesOf(request),
    options: optionsOf(request),
    chunks,
  });
  const name = objectOf(request['reply_constraints'])['sender_name'];
  const said = (text: string): object => ({ sender_type: 'BOT', sender_name: name, text });
  const pieces = generated.blocks.flatMap((block) => (block.kind === 'text' ? block.pieces : []));
  const reply = pieces.join('');
  const head = { created: CREATED_AT, model };
  const end = {
    ...head,
    reply,
    choices: [{ finish_reason: generated.end === 'length' ? 'length' : 'stop', messages: [said(reply)] }],
    usage: { total_tokens: generated.usage.input + generated.usage.output },
    input_sensitive: false,
    output_sensitive: false,
    id: `sim-${generated.tag}`,
    base_resp: { status_code: 0, status_msg: '' },
  };
  if (request['stream'] !== true) return json(end);
  return {
    kind: 'stream',
    contentType: SERVER_SENT_EVENTS,
    preamble: [],
    output: pieces.map((piece) => event({ ...head, reply: '', choices: [{ messages: [said(piece)] }] })),
    ending: [event(end)],
    errorEvents: (words) => [event(errors.embedded(words))],
  };
}

function messagesOf(request: JsonObject): readonly Message[] {
  return [
    ...objectsOf(request['bot_setting']).map(({ content }) =>
      message('system', { text: stringOf(content) ?? '' }),
    ),
    ...objectsOf(request['messages']).map(({ sender_type: type, text }) =>
      message(type === 'BOT' ? 'assistant' : 'user', { text: stringOf(text) ?? '' }),
    ),
  ];
}

function optionsOf(request: JsonObject): GenerationOptions {
  return {
    tools: [],
    choice: 'auto',
    parallel: true,
    thinks: false,
    json: undefined,
    maxTokens: numberOf(request['tokens_to_generate']),
    stops: [],
  };
}
