import { CREATED_AT, event, SERVER_SENT_EVENTS, type Events, type StreamAnswer } from '../answer.ts';
import { embeddedError } from '../vendor-errors/openai.ts';
import type { JsonObject } from './json.ts';
import type { Block, ModelOutput } from './model-output.ts';

/** An event of a stream before it is numbered: its type and its fields. */
type Unnumbered = readonly [type: string, fields: JsonObject];

/** One output item in the events its stream shows it by. */
interface Item {
  readonly opening: readonly Unnumbered[];
  readonly deltas: readonly Unnumbered[];
  readonly closing: readonly Unnumbered[];
  readonly whole: JsonObject;
}

/** One response in the states and pieces its stream shows. */
export class ResponseParts {
  readonly id: string;
  /** As it is when it is complete. */
  readonly response: JsonObject;
  readonly output: readonly JsonObject[];
  readonly #initial: JsonObject;
  readonly #items: readonly Item[];
  readonly #endType: string;

  constructor(model: string, request: JsonObject, generated: ModelOutput) {
    this.id = `resp_sim${generated.tag}`;
    this.#initial = initialResponse(this.id, model, request);
    this.#items = generated.blocks.map((block, index) => itemOf(block, index, generated.tag, request));
    this.output = this.#items.map(({ whole }) => whole);
    const { input, cached, output, thinking } = generated.usage;
    const isWhole = generated.end !== 'length';
    this.#endType = isWhole ? 'response.completed' : 'response.incomplete';
    this.response = {
      ...this.#initial,
      status: isWhole ? 'completed' : 'incomplete',
      incomplete_details: isWhole ? null : { reason: 'max_output_tokens' },
      output: this.output,
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: cached },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: thinking },
        total_tokens: input + output,
      },
    };
  }

  stream(): StreamAnswer {
    const first = this.#items[0];
    const last = this.#items.at(-1);
    const numbered = new Numbering();
    const preamble = numbered.each([
      ['response.created', { response: this.#initial }],
      ['response.in_progress', { response: this.#initial }],
      ...(first?.opening ?? []),
    ]);
    const numbersBehind = [numbered.next];
    const output = this.#items.flatMap((item) =>
      item.deltas.map((delta, at) => {
        const opening = item !== first && at === 0 ? item.opening : [];
        const closing = item !== last && at === item.deltas.length - 1 ? item.closing : [];
        const events = numbered.each([...opening, delta, ...closing]).join('');
        numbersBehind.push(numbered.next);
        return events;
      }),
    );
    return {
      kind: 'stream',
      contentType: SERVER_SENT_EVENTS,
      preamble,
      output,
      ending: numbered.each([...(last?.closing ?? []), [this.#endType, { response: this.response }]]),
      errorEvents: (words, sent, form = 'both') => {
        const error = embeddedError(words);
        const { code, message } = error;
        const failed = { ...this.#initial, status: 'failed', error: { code, message } };
        const events: Unnumbered[] = [
          ['error', { ...error, type: 'error', error }],
          ['response.failed', { response: failed }],
        ];
        const numbers = new Numbering(numbersBehind[sent]);
        return numbers.each(events.filter(([type]) => form === 'both' || form === type));
      },
    };
  }
}

/** Numbers events one after the other. */
class Numbering {
  next: number;

  constructor(next = 0) {
    this.next = next;
  }

  each(events: readonly Unnumbered[]): Events[] {
    return events.map(([type, fields]) => event({ type, sequence_number: this.next++, ...fields }, type));
  }
}

function itemOf(block: Block, index: number, tag: string, request: JsonObject): Item {
  switch (block.kind) {
    case 'thinking':
      return reasoningItem(block, index, tag, request);
    case 'text':
      return messageItem(block, index, tag);
    case 'call':
      return block.text === undefined ? callItem(block, index) : customCallItem(block, block.text, index);
  }
}

function messageItem({ pieces }: Of<'text'>, index: number, tag: string): Item {
  const id = `msg_sim${tag}`;
  const at = { item_id: id, output_index: index, content_index: 0 };
  const part = { type: 'output_text', annotations: [], logprobs: [], text: pieces.join('') };
  const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
  const whole = { ...item, status: 'completed', content: [part] };
  return {
    opening: [
      ['response.output_item.added', { output_index: index, item }],
      ['response.content_part.added', { ...at, part: { ...part, text: '' } }],
    ],
    deltas: pieces.map((delta) => ['response.output_text.delta', { ...at, delta, logprobs: [] }]),
    closing: [
      ['response.output_text.done', { ...at, text: part.text, logprobs: [] }],
      ['response.content_part.done', { ...at, part }],
      ['response.output_item.done', { output_index: index, item: whole }],
    ],
    whole,
  };
}

function reasoningItem(
  { pieces, signature }: Of<'thinking'>,
  index: number,
  tag: string,
  { include }: JsonObject,
): Item {
  const id = `rs_sim${tag}`;
  const at = { item_id: id, output_index: index, summary_index: 0 };
  const part = { type: 'summary_text', text: pieces.join('') };
  const item = { id, type: 'reasoning', summary: [] };
  const isWanted = Array.isArray(include) && include.includes('reasoning.encrypted_content');
  const whole = { ...item, summary: [part], ...(isWanted && { encrypted_content: signature }) };
  return {
    opening: [
      ['response.output_item.added', { output_index: index, item }],
      ['response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } }],
    ],
    deltas: pieces.map((delta) => ['response.reasoning_summary_text.delta', { ...at, delta }]),
    closing: [
      ['response.reasoning_summary_text.done', { ...at, text: part.text }],
      ['response.reasoning_summary_part.done', { ...at, part }],
      ['response.output_item.done', { output_index: index, item: whole }],
    ],
    whole,
  };
}

function callItem({ id: callId, name, namespace, input, pieces }: Of<'call'>, index: number): Item {
  const id = `fc_sim${callId}`;
  const at = { item_id: id, output_index: index };
  const item = {
    id,
    type: 'function_call',
    status: 'in_progress',
    arguments: '',
    call_id: `call_sim${callId}`,
    ...(namespace !== undefined && { namespace }),
    name,
  };
  const whole = { ...item, status: 'completed', arguments: JSON.stringify(input) };
  return {
    opening: [['response.output_item.added', { output_index: index, item }]],
    deltas: pieces.map((delta) => ['response.function_call_arguments.delta', { ...at, delta }]),
    closing: [
      ['response.function_call_arguments.done', { ...at, arguments: whole.arguments, name }],
      ['response.output_item.done', { output_index: index, item: whole }],
    ],
    whole,
  };
}

/** developers.openai.com/api/reference: `custom_tool_call`, whose input is a text. */
function customCallItem(
  { id: callId, name, namespace, pieces }: Of<'call'>,
  text: string,
  index: number,
): Item {
  const id = `ctc_sim${callId}`;
  const at = { item_id: id, output_index: index };
  const item = {
    id,
    type: 'custom_tool_call',
    status: 'in_progress',
    call_id: `call_sim${callId}`,
    ...(namespace !== undefined && { namespace }),
    name,
    input: '',
  };
  const whole = { ...item, status: 'completed', input: text };
  return {
    opening: [['response.output_item.added', { output_index: index, item }]],
    deltas: pieces.map((delta) => ['response.custom_tool_call_input.delta', { ...at, delta }]),
    closing: [
      ['response.custom_tool_call_input.done', { ...at, input: text }],
      ['response.output_item.done', { output_index: index, item: whole }],
    ],
    whole,
  };
}

type Of<Kind extends Block['kind']> = Extract<Block, { readonly kind: Kind }>;

function initialResponse(id: string, model: string, request: JsonObject): JsonObject {
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
    parallel_tool_calls: request['parallel_tool_calls'] ?? true,
    previous_response_id: request['previous_response_id'] ?? null,
    reasoning: request['reasoning'] ?? { effort: null, summary: null },
    store: request['store'] !== false,
    temperature: 1,
    text: request['text'] ?? { format: { type: 'text' } },
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: request['tools'] ?? [],
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    user: null,
    metadata: request['metadata'] ?? {},
  };
}
