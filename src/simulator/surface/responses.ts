import { CREATED_AT, event, json, type Answer, type PlainAnswer, type StreamAnswer } from '../answer.ts';
import { answerPieces, answerTag } from '../answer-text.ts';
import {
  malformedJson,
  missingParameter,
  notFound,
  unknownPreviousResponse,
  unknownUrl,
} from '../openai-errors.ts';
import { addressOf, type Call } from './call.ts';
import { stringOf, type JsonObject } from './json.ts';
import { lastUserText, tokensIn } from './said.ts';

/** `POST /v1/responses`, and what can be asked of a stored response. */
export function responses(call: Call): Answer {
  const [, id, action] = call.path;
  if (id === undefined && call.method === 'POST') return create(call);
  if (id === undefined) return unknownUrl(call.method, addressOf(call));
  const stored = call.shelf.response(id, call.organization);
  if (stored === undefined) return notFound('response', id);
  switch (`${call.method} ${action ?? ''}`) {
    case 'GET ':
    case 'POST cancel':
      return json(stored.response);
    case 'GET input_items':
      return json({ object: 'list', data: stored.input, first_id: null, last_id: null, has_more: false });
    case 'DELETE ':
      call.shelf.deleteResponse(id, call.organization);
      return json({ id, object: 'response', deleted: true });
    default:
      return unknownUrl(call.method, addressOf(call));
  }
}

function create(call: Call): Answer {
  const request = call.json;
  if (request === undefined) return malformedJson;
  if (call.model === undefined) return missingParameter('model');
  const input: unknown = request['input'];
  if (typeof input !== 'string' && !Array.isArray(input)) return missingParameter('input');
  const previous = stringOf(request['previous_response_id']);
  if (previous !== undefined && call.shelf.response(previous, call.organization) === undefined) {
    return unknownPreviousResponse(previous);
  }

  const items: readonly unknown[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const said = lastUserText(items);
  const tag = answerTag(call.key, call.model, said);
  const pieces = answerPieces(said, tag, call.chunks);
  const parts = new Parts(call.model, tag, request, pieces, tokensIn(JSON.stringify(input)));
  if (request['store'] !== false) {
    const { organization, shelf } = call;
    shelf.addResponse(parts.id, { organization, response: parts.completed, input: items });
  }
  return request['stream'] === true ? parts.stream() : parts.plain();
}

/** One response in the states and pieces its stream shows. */
class Parts {
  readonly id: string;
  readonly completed: JsonObject;
  readonly #pieces: readonly string[];
  readonly #begun: JsonObject;
  readonly #itemId: string;
  readonly #part: JsonObject;
  readonly #item: JsonObject;

  constructor(
    model: string,
    tag: string,
    request: JsonObject,
    pieces: readonly string[],
    inputTokens: number,
  ) {
    this.id = `resp_sim${tag}`;
    this.#itemId = `msg_sim${tag}`;
    this.#pieces = pieces;
    this.#part = { type: 'output_text', annotations: [], logprobs: [], text: pieces.join('') };
    this.#item = this.#itemAs('completed', [this.#part]);
    this.#begun = begun(this.id, model, request);
    this.completed = {
      ...this.#begun,
      status: 'completed',
      output: [this.#item],
      usage: {
        input_tokens: inputTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: pieces.length,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: inputTokens + pieces.length,
      },
    };
  }

  plain(): PlainAnswer {
    return json(this.completed);
  }

  stream(): StreamAnswer {
    const at = { item_id: this.#itemId, output_index: 0, content_index: 0 };
    const empty = { ...this.#part, text: '' };
    const preamble = [
      named(0, 'response.created', { response: this.#begun }),
      named(1, 'response.in_progress', { response: this.#begun }),
      named(2, 'response.output_item.added', { output_index: 0, item: this.#itemAs('in_progress', []) }),
      named(3, 'response.content_part.added', { ...at, part: empty }),
    ];
    const output = this.#pieces.map((delta, i) =>
      named(preamble.length + i, 'response.output_text.delta', { ...at, delta, logprobs: [] }),
    );
    const next = preamble.length + output.length;
    return {
      kind: 'stream',
      preamble,
      output,
      ending: [
        named(next, 'response.output_text.done', { ...at, text: this.#part['text'], logprobs: [] }),
        named(next + 1, 'response.content_part.done', { ...at, part: this.#part }),
        named(next + 2, 'response.output_item.done', { output_index: 0, item: this.#item }),
        named(next + 3, 'response.completed', { response: this.completed }),
      ],
      errorEvents: (error, sent, form = 'both') => {
        const number = preamble.length + sent;
        const { code, message } = error;
        const failed = { ...this.#begun, status: 'failed', error: { code, message } };
        return [
          ...(form === 'response.failed' ? [] : [named(number, 'error', { ...error, type: 'error', error })]),
          ...(form === 'error' ? [] : [named(number + 1, 'response.failed', { response: failed })]),
        ];
      },
    };
  }

  #itemAs(status: string, content: readonly unknown[]): JsonObject {
    return { id: this.#itemId, type: 'message', status, role: 'assistant', content };
  }
}

function named(number: number, type: string, fields: JsonObject): string {
  return event({ type, sequence_number: number, ...fields }, type);
}

function begun(id: string, model: string, request: JsonObject): JsonObject {
  return {
    id,
    object: 'response',
    created_at: CREATED_AT,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: request['instructions'] ?? null,
    max_output_tokens: request['max_output_tokens'] ?? null,
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: request['previous_response_id'] ?? null,
    reasoning: { effort: null, summary: null },
    store: request['store'] !== false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: request['metadata'] ?? {},
  };
}
