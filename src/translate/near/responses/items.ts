import type { AnswerContext, Json, StreamPart } from '../../asked.ts';
import { wantedOf } from '../../carry.ts';
import type { Carried } from '../../carry.ts';
import { callItem, freeText } from './call-item.ts';
import type { KnownTool } from './tools.ts';
import { annotationOf, itemId, messageItem, reasoningItem, textPart } from './write.ts';

type Call = Extract<StreamPart, { readonly type: 'tool-call' }>;
type Source = Extract<StreamPart, { readonly type: 'source' }>;

/** An item that has begun and is not whole. */
interface Open {
  readonly kind: 'message' | 'reasoning' | 'call';
  /** Of the item, without what tells its type. */
  readonly id: string;
  readonly index: number;
  text: string;
  carried: Carried | undefined;
  /** Of a message. */
  readonly annotations: Json[];
  /** Of a call. */
  readonly tool: KnownTool | undefined;
}

/** The items of a response as they come, and the events that tell of them. */
export class Items {
  readonly #context: AnswerContext;
  readonly #open = new Map<string, Open>();
  /** By their places; one that is not whole yet has none. */
  readonly #whole: Json[] = [];
  #count = 0;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  /** The items that are whole. */
  get output(): readonly Json[] {
    return this.#whole.filter((item) => item !== undefined);
  }

  text(id: string, delta: string): Json[] {
    const { item, begun, ended } = this.#begin('message', `text ${id}`);
    item.text += delta;
    const place = textPlace(item);
    const events: Json[] = begun
      ? [
          added(item, { ...messageItem(item.id, textPart('')), status: 'in_progress', content: [] }),
          { type: 'response.content_part.added', ...place, part: textPart('') },
        ]
      : [];
    return [...ended, ...events, { type: 'response.output_text.delta', ...place, delta, logprobs: [] }];
  }

  textEnd(id: string): Json[] {
    const item = this.#take(`text ${id}`);
    if (item === undefined) return [];
    const { text, annotations } = item;
    const place = textPlace(item);
    const part = textPart(text, annotations);
    return [
      { type: 'response.output_text.done', ...place, text, logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      this.#done(item, messageItem(item.id, part)),
    ];
  }

  /** A source belongs to the text that is being said; without one there is nothing to note it at. */
  source(source: Source): Json[] {
    const item = [...this.#open.values()].findLast(({ kind }) => kind === 'message');
    if (item === undefined) return [];
    return annotationOf(source, item.text).map((annotation) => {
      const annotation_index = item.annotations.push(annotation) - 1;
      const type = 'response.output_text.annotation.added';
      return { type, ...textPlace(item), annotation_index, annotation };
    });
  }

  reasoning(id: string, delta: string, carried: Carried | undefined): Json[] {
    if (delta === '' && carried === undefined) return [];
    const { item, begun, ended } = this.#begin('reasoning', `reasoning ${id}`);
    const isFirst = item.text === '' && delta !== '';
    item.text += delta;
    item.carried = carried ?? item.carried;
    const place = summaryPlace(item);
    return [
      ...ended,
      ...(begun ? [added(item, reasoningItem(item.id, '', undefined))] : []),
      ...(isFirst
        ? [{ type: 'response.reasoning_summary_part.added', ...place, part: summaryPart('') }]
        : []),
      ...(delta === '' ? [] : [{ type: 'response.reasoning_summary_text.delta', ...place, delta }]),
    ];
  }

  reasoningEnd(id: string): Json[] {
    const item = this.#take(`reasoning ${id}`);
    if (item === undefined) return [];
    const { text } = item;
    const place = summaryPlace(item);
    const summary: Json[] =
      text === ''
        ? []
        : [
            { type: 'response.reasoning_summary_text.done', ...place, text },
            { type: 'response.reasoning_summary_part.done', ...place, part: summaryPart(text) },
          ];
    return [...summary, this.#done(item, reasoningItem(item.id, text, item.carried))];
  }

  /** @param carried of the call, what its provider wants to see again */
  callBegins(id: string, tool: KnownTool, carried: Carried | undefined): Json[] {
    if (this.#open.has(`call ${id}`)) return [];
    const signed = this.#signed(id, carried);
    const { item, ended } = this.#begin('call', `call ${id}`, tool);
    const call = callItem(tool, item.id, { toolCallId: id, input: '' });
    return [...signed, ...ended, added(item, { ...call, status: 'in_progress', arguments: '' })];
  }

  callGrows(id: string, delta: string): Json[] {
    const item = this.#open.get(`call ${id}`);
    if (item === undefined) return [];
    item.text += delta;
    return [{ type: 'response.function_call_arguments.delta', ...callPlace(item), delta }];
  }

  /** A call is whole. What of it was not told while it came is told now. */
  call(tool: KnownTool, call: Call): Json[] {
    const { toolCallId: id, input } = call;
    if (tool.kind !== 'function') return this.#callAtOnce(tool, call);
    const begun = this.callBegins(id, tool, wantedOf(call.providerMetadata));
    const grown = this.#open.get(`call ${id}`)?.text === '' && input !== '' ? this.callGrows(id, input) : [];
    const item = this.#take(`call ${id}`);
    if (item === undefined) return [];
    const whole = callItem(tool, item.id, call);
    const last = { type: 'response.function_call_arguments.done', ...callPlace(item), name: tool.name };
    return [...begun, ...grown, { ...last, arguments: whole['arguments'] }, this.#done(item, whole)];
  }

  /** Ends what has no end of its own: a stream may stop within a text. */
  finishAll(): Json[] {
    return this.#endAll(() => true);
  }

  #endAll(which: (open: Open) => boolean): Json[] {
    const keys = [...this.#open].flatMap(([key, open]) => (which(open) ? [key] : []));
    return keys.flatMap((key) => {
      const id = key.slice(key.indexOf(' ') + 1);
      if (key.startsWith('text ')) return this.textEnd(id);
      if (key.startsWith('reasoning ')) return this.reasoningEnd(id);
      const item = this.#take(key);
      if (item?.tool === undefined) return [];
      return [this.#done(item, callItem(item.tool, item.id, { toolCallId: id, input: item.text }))];
    });
  }

  /** A call that is no function's comes all at once, since what it says is taken out of its arguments. */
  #callAtOnce(tool: KnownTool, call: Call): Json[] {
    const signed = this.#signed(call.toolCallId, wantedOf(call.providerMetadata));
    const { item, ended } = this.#begin('call', `call ${call.toolCallId}`, tool);
    this.#take(`call ${call.toolCallId}`);
    const whole = callItem(tool, item.id, call);
    const isText = tool.kind === 'custom';
    const events: Json[] = [
      ...signed,
      ...ended,
      added(item, { ...whole, status: 'in_progress', ...(isText && { input: '' }) }),
    ];
    if (isText) {
      const input = freeText(call.input);
      const place = { item_id: whole['id'], output_index: item.index };
      events.push({ type: 'response.custom_tool_call_input.delta', ...place, delta: input });
      events.push({ type: 'response.custom_tool_call_input.done', ...place, input });
    }
    return [...events, this.#done(item, whole)];
  }

  /** What belongs to a call stands before it, in an item that says nothing else. */
  #signed(callId: string, carried: Carried | undefined): Json[] {
    if (carried === undefined) return [];
    const id = `of ${callId}`;
    return [...this.reasoning(id, '', carried), ...this.reasoningEnd(id)];
  }

  /** Items come one after another: what is being said or thought ends where another item begins. */
  #begin(
    kind: Open['kind'],
    key: string,
    tool?: KnownTool,
  ): { readonly item: Open; readonly begun: boolean; readonly ended: readonly Json[] } {
    const known = this.#open.get(key);
    if (known !== undefined) return { item: known, begun: false, ended: [] };
    const ended = this.#endAll((open) => open.kind !== 'call');
    const index = this.#count++;
    const id = itemId(this.#context, index);
    const item: Open = { kind, id, index, text: '', carried: undefined, annotations: [], tool };
    this.#open.set(key, item);
    return { item, begun: true, ended };
  }

  #take(key: string): Open | undefined {
    const item = this.#open.get(key);
    this.#open.delete(key);
    return item;
  }

  #done({ index }: Open, item: Json): Json {
    this.#whole[index] = item;
    return { type: 'response.output_item.done', output_index: index, item };
  }
}

function added({ index }: Open, item: Json): Json {
  return { type: 'response.output_item.added', output_index: index, item };
}

function textPlace({ id, index }: Open): Json {
  return { item_id: `msg_${id}`, output_index: index, content_index: 0 };
}

function summaryPlace({ id, index }: Open): Json {
  return { item_id: `rs_${id}`, output_index: index, summary_index: 0 };
}

function callPlace({ id, index }: Open): Json {
  return { item_id: `fc_${id}`, output_index: index };
}

function summaryPart(text: string): Json {
  return { type: 'summary_text', text };
}
