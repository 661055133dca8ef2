import { event, json, SERVER_SENT_EVENTS, type Answer, type StreamAnswer } from '../answer.ts';
import { dashscopeErrors as errors } from '../vendor-errors/dashscope.ts';
import type { Call } from './call.ts';
import { chatMessages, chatOptions } from './chat-request.ts';
import { flawOf } from './conversation.ts';
import { embeddingOf } from './embeddings.ts';
import { objectOf, objectsOf, stringsOf, type JsonObject } from './json.ts';
import { generateOutput, type Block, type EndReason, type ModelOutput } from './model-output.ts';
import { tokensIn } from './text.ts';

/**
 * Prepares the right answer to a call of DashScope's own API: chats and embeddings.
 * alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
export function dashscope(call: Call): Answer {
  if (call.method !== 'POST') return errors.unknownUrl(call.method, call.steps.join('/'));
  if (call.json === undefined) return errors.malformedJson;
  return call.operation === 'embeddings' ? embeddings(call.json) : chat(call, call.json);
}

/** Models that see have an endpoint of their own. */
const SEES = /(?:^|[-/])(?:qvq|vl)(?:-|$)|^qwen3\.[5-9]-(?!max)/u;

function chat({ key, model = '', steps, headers, chunks }: Call, request: JsonObject): Answer {
  const isMultimodal = steps.includes('multimodal-generation');
  if (SEES.test(model) !== isMultimodal) return errors.unknownUrl('POST', steps.join('/'));
  const parameters = objectOf(request['parameters']);
  const messages = chatMessages(objectsOf(objectOf(request['input'])['messages']).map(openaiMessage));
  const flaw = flawOf(messages);
  if (flaw !== undefined) return errors.invalidRequest(flaw);
  const generated = generateOutput({ key, model, messages, options: chatOptions(parameters), chunks });
  const written = { generated, isMultimodal, isCumulative: parameters['incremental_output'] !== true };
  return headers['x-dashscope-sse'] === 'enable' ? stream(written) : json(whole(written));
}

/** A message as OpenAI's chats have it, which is all but its parts. */
function openaiMessage(message: JsonObject): JsonObject {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const parts = objectsOf(content).map(({ text, image }) =>
    image === undefined ? { type: 'text', text } : { type: 'image_url', image_url: { url: image } },
  );
  return { ...message, content: parts };
}

/** What an answer is written from. */
interface Written {
  readonly generated: ModelOutput;
  /** Its text stands in a list of parts. */
  readonly isMultimodal: boolean;
  /** Each event of its stream has all that came before. */
  readonly isCumulative: boolean;
}

const FINISH: Readonly<Record<EndReason, string>> = {
  done: 'stop',
  length: 'length',
  tools: 'tool_calls',
  'stop-sequence': 'stop',
};

function whole({ generated, isMultimodal }: Written): object {
  const { blocks, end } = generated;
  const message = messageOf(
    blocks.map((block, at) => ({ block, at, text: block.pieces.join('') })),
    isMultimodal,
    true,
  );
  return frameOf(generated, message, FINISH[end]);
}

function frameOf({ tag, usage }: ModelOutput, message: object, reason: string): object {
  const { input, cached, output, thinking } = usage;
  return {
    request_id: `sim-${tag}`,
    output: { choices: [{ finish_reason: reason, message }] },
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached },
      ...(thinking > 0 && { output_tokens_details: { reasoning_tokens: thinking } }),
    },
  };
}

/** A part of an answer, as far as it is said. */
interface Said {
  readonly block: Block;
  readonly at: number;
  readonly text: string;
}

function messageOf(said: readonly Said[], isMultimodal: boolean, isFirst: boolean): object {
  const textOf = (kind: Block['kind']): string =>
    said
      .filter(({ block }) => block.kind === kind)
      .map(({ text }) => text)
      .join('');
  const text = textOf('text');
  const calls = said.flatMap(({ block, text: written }) =>
    block.kind === 'call'
      ? [
          {
            index: block.index,
            id: `call_sim${block.id}`,
            type: 'function',
            function: { ...(isFirst && { name: block.name }), arguments: written },
          },
        ]
      : [],
  );
  return {
    role: 'assistant',
    content: isMultimodal ? (text === '' ? [] : [{ text }]) : text,
    ...(textOf('thinking') !== '' && { reasoning_content: textOf('thinking') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function stream({ generated, isMultimodal, isCumulative }: Written): StreamAnswer {
  const { blocks, end } = generated;
  const said: Said[] = [];
  const output = blocks.flatMap((block, at) =>
    block.pieces.map((piece, index) => {
      const before = isCumulative ? (said[at]?.text ?? '') : '';
      said[at] = { block, at, text: before + piece };
      const shown = isCumulative ? said : said.slice(at);
      return resultEvent(frameOf(generated, messageOf(shown, isMultimodal, index === 0), 'null'));
    }),
  );
  const last = messageOf(isCumulative ? said : [], isMultimodal, false);
  return {
    kind: 'stream',
    contentType: SERVER_SENT_EVENTS,
    preamble: [],
    output,
    ending: [resultEvent(frameOf(generated, last, FINISH[end]))],
    errorEvents: (words) => [`id:2\nevent:error\n:HTTP_STATUS/500\n${event(errors.embedded(words))}`],
  };
}

function resultEvent(frame: object): string {
  return `id:1\nevent:result\n:HTTP_STATUS/200\n${event(frame)}`;
}

function embeddings(request: JsonObject): Answer {
  const texts = stringsOf(objectOf(request['input'])['texts']);
  const { dimension } = objectOf(request['parameters']);
  const length = typeof dimension === 'number' ? dimension : undefined;
  return json({
    request_id: 'sim-embeddings',
    output: {
      embeddings: texts.map((text, index) => ({ text_index: index, embedding: embeddingOf(text, length) })),
    },
    usage: { total_tokens: tokensIn(texts.join('')) },
  });
}
