import {
  CREATED_AT,
  event,
  json,
  SERVER_SENT_EVENTS,
  type Answer,
  type Events,
  type StreamAnswer,
} from '../answer.ts';
import { embeddedError, malformedJson, missingParameter, openaiErrors } from '../vendor-errors/openai.ts';
import type { Call } from './call.ts';
import { chatMessages, chatOptions } from './chat-request.ts';
import { flawOf } from './conversation.ts';
import { isObject } from './json.ts';
import {
  generateOutput,
  type Block,
  type EndReason,
  type ModelOutput,
  type TokenCounts,
} from './model-output.ts';

/** `POST /v1/chat/completions` */
export function chat(call: Call): Answer {
  const { key, model, json: request, chunks } = call;
  if (request === undefined) return malformedJson;
  if (model === undefined) return missingParameter('model');
  const { messages } = request;
  if (!Array.isArray(messages) || messages.length === 0) return missingParameter('messages');

  const read = chatMessages(messages);
  const flaw = flawOf(read);
  if (flaw !== undefined) return openaiErrors.invalidRequest(flaw);
  const generated = generateOutput({ key, model, messages: read, options: chatOptions(request), chunks });
  const usage = usageWith(generated.usage);
  const head = { id: `chatcmpl-sim${generated.tag}`, created: CREATED_AT, model };
  if (request['stream'] === true) {
    const options = request['stream_options'];
    return stream(
      head,
      generated,
      isObject(options) && options['include_usage'] === true ? usage : undefined,
    );
  }
  return json({
    ...head,
    object: 'chat.completion',
    choices: [
      { index: 0, message: messageOf(generated), logprobs: null, finish_reason: FINISH[generated.end] },
    ],
    usage,
    system_fingerprint: 'fp_simulator',
  });
}

const FINISH: Readonly<Record<EndReason, string>> = {
  done: 'stop',
  length: 'length',
  tools: 'tool_calls',
  'stop-sequence': 'stop',
};

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

function usageWith({ input, cached, output, thinking }: TokenCounts): Usage {
  const details = {
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: thinking },
  };
  return { ...usageOf(input, output), ...details };
}

/** Thinking is shown as most vendors with this surface do, in a field that OpenAI itself has not. */
function messageOf({ blocks }: ModelOutput): object {
  const textIn = (kind: 'thinking' | 'text'): string | undefined =>
    blocks.find((block) => block.kind === kind)?.pieces.join('');
  const thinking = textIn('thinking');
  const calls = blocks.filter((block) => block.kind === 'call');
  return {
    role: 'assistant',
    content: textIn('text') ?? null,
    ...(thinking !== undefined && { reasoning_content: thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, input }) => ({
        id: callId(id),
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      })),
    }),
    refusal: null,
    annotations: [],
  };
}

function callId(id: string): string {
  return `call_sim${id}`;
}

function stream(head: object, { blocks, end }: ModelOutput, usage: Usage | undefined): StreamAnswer {
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
    contentType: SERVER_SENT_EVENTS,
    preamble: [choice({ role: 'assistant', content: '', refusal: null })],
    output: blocks.flatMap((block) => deltasOf(block, choice)),
    ending: [choice({}, FINISH[end]), ...(usage === undefined ? [] : [chunk([], usage)]), 'data: [DONE]\n\n'],
    errorEvents: (words) => [event({ error: embeddedError(words) })],
  };
}

function deltasOf(block: Block, choice: (delta: object) => string): readonly Events[] {
  switch (block.kind) {
    case 'thinking':
      return block.pieces.map((piece) => choice({ reasoning_content: piece }));
    case 'text':
      return block.pieces.map((content) => choice({ content }));
    case 'call': {
      const { index, id, name, pieces } = block;
      const called = { index, id: callId(id), type: 'function', function: { name, arguments: '' } };
      return pieces.map((piece, i) => {
        const delta = choice({ tool_calls: [{ index, function: { arguments: piece } }] });
        return i === 0 ? choice({ tool_calls: [called] }) + delta : delta;
      });
    }
  }
}
