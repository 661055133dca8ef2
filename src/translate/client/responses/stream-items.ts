import type { Json } from '../../../base/json.ts';
import type { ResponseContext, StreamPart } from '../../codec.ts';
import { opaqueStateOf } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import { encodeCall, freeText } from './encode-call.ts';
import type { KnownTool } from './decode-tools.ts';
import { annotationOf, itemId, messageItem, reasoningItem, textPart } from './encode-response.ts';

type Call = Extract<StreamPart, { readonly type: 'tool-call' }>;
type Source = Extract<StreamPart, { readonly type: 'source' }>;

/** An item that has begun and is not whole. */
interface OpenItem {
  readonly kind: 'message' | 'reasoning' | 'call';
  /** Of the item, without what tells its type. */
  readonly id: string;
  readonly index: number;
  appendText: string;
  state: OpaqueState | undefined;
  /** Of a message. */
  readonly annotations: Json[];
  /** Of a call. */
  readonly tool: KnownTool | undefined;
}

/** The items of a response as they come, and the events that tell of them. */
export class StreamItems {
  readonly #context: ResponseContext;
  readonly #open = new Map<string, OpenItem>();
  /** By their places; one that is not whole yet has none. */
  readonly #whole: Json[] = [];
  #count = 0;

  constructor(context: ResponseContext) {
    this.#context = context;
  }

  /** The items that are whole. */
  get output(): readonly Json[] {
    return this.#whole.filter((item) => item !== undefined);
  }

  appendText(id: string, delta: string): Json[] {
    const { item, begun, ended } = this.#begin('message', `text ${id}`);
    item.appendText += delta;
    const place = textPlace(item);
    const events: Json[] = begun
      ? [
          added(item, { ...messageItem(item.id, textPart('')), status: 'in_progress', content: [] }),
          { type: 'response.content_part.added', ...place, part: textPart('') },
        ]
      : [];
    return [...ended, ...events, { type: 'response.output_text.delta', ...place, delta, logprobs: [] }];
  }

  endText(id: string): Json[] {
    const item = this.#take(`text ${id}`);
    if (item === undefined) return [];
    const { appendText, annotations } = item;
    const place = textPlace(item);
    const part = textPart(appendText, annotations);
    return [
      { type: 'response.output_text.done', ...place, text: appendText, logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      this.#done(item, messageItem(item.id, part)),
    ];
  }

  /** A source belongs to the text that is being said; without one there is nothing to note it at. */
  addSource(addSource: Source): Json[] {
    const item = [...this.#open.values()].findLast(({ kind }) => kind === 'message');
    if (item === undefined) return [];
    return annotationOf(addSource, item.appendText).map((annotation) => {
      const annotation_index = item.annotations.push(annotation) - 1;
      const type = 'response.output_text.annotation.added';
      return { type, ...textPlace(item), annotation_index, annotation };
    });
  }

  appendReasoning(id: string, delta: string, state: OpaqueState | undefined): Json[] {
    if (delta === '' && state === undefined) return [];
    const { item, begun, ended } = this.#begin('reasoning', `reasoning ${id}`);
    const isFirst = item.appendText === '' && delta !== '';
    item.appendText += delta;
    item.state = state ?? item.state;
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

  endReasoning(id: string): Json[] {
    const item = this.#take(`reasoning ${id}`);
    if (item === undefined) return [];
    const { appendText } = item;
    const place = summaryPlace(item);
    const summary: Json[] =
      appendText === ''
        ? []
        : [
            { type: 'response.reasoning_summary_text.done', ...place, text: appendText },
            { type: 'response.reasoning_summary_part.done', ...place, part: summaryPart(appendText) },
          ];
    return [...summary, this.#done(item, reasoningItem(item.id, appendText, item.state))];
  }

  /** @param state of the call, what its provider wants to see again */
  startCall(id: string, tool: KnownTool, state: OpaqueState | undefined): Json[] {
    if (this.#open.has(`call ${id}`)) return [];
    const signed = this.#signed(id, state);
    const { item, ended } = this.#begin('call', `call ${id}`, tool);
    const completeCall = encodeCall(tool, item.id, { toolCallId: id, input: '' });
    return [...signed, ...ended, added(item, { ...completeCall, status: 'in_progress', arguments: '' })];
  }

  appendCall(id: string, delta: string): Json[] {
    const item = this.#open.get(`call ${id}`);
    if (item === undefined) return [];
    item.appendText += delta;
    return [{ type: 'response.function_call_arguments.delta', ...callPlace(item), delta }];
  }

  /** A call is whole. What of it was not told while it came is told now. */
  completeCall(tool: KnownTool, completeCall: Call): Json[] {
    const { toolCallId: id, input } = completeCall;
    if (tool.kind !== 'function') return this.#callAtOnce(tool, completeCall);
    const begun = this.startCall(id, tool, opaqueStateOf(completeCall.providerMetadata));
    const grown =
      this.#open.get(`call ${id}`)?.appendText === '' && input !== '' ? this.appendCall(id, input) : [];
    const item = this.#take(`call ${id}`);
    if (item === undefined) return [];
    const whole = encodeCall(tool, item.id, completeCall);
    const last = { type: 'response.function_call_arguments.done', ...callPlace(item), name: tool.name };
    return [...begun, ...grown, { ...last, arguments: whole['arguments'] }, this.#done(item, whole)];
  }

  /** Ends what has no end of its own: a stream may stop within a text. */
  finishAll(): Json[] {
    return this.#endAll(() => true);
  }

  #endAll(which: (open: OpenItem) => boolean): Json[] {
    const keys = [...this.#open].flatMap(([key, open]) => (which(open) ? [key] : []));
    return keys.flatMap((key) => {
      const id = key.slice(key.indexOf(' ') + 1);
      if (key.startsWith('text ')) return this.endText(id);
      if (key.startsWith('reasoning ')) return this.endReasoning(id);
      const item = this.#take(key);
      if (item?.tool === undefined) return [];
      return [this.#done(item, encodeCall(item.tool, item.id, { toolCallId: id, input: item.appendText }))];
    });
  }

  /** A call that is no function's comes all at once, since what it says is taken out of its arguments. */
  #callAtOnce(tool: KnownTool, completeCall: Call): Json[] {
    const signed = this.#signed(completeCall.toolCallId, opaqueStateOf(completeCall.providerMetadata));
    const { item, ended } = this.#begin('call', `call ${completeCall.toolCallId}`, tool);
    this.#take(`call ${completeCall.toolCallId}`);
    const whole = encodeCall(tool, item.id, completeCall);
    const isText = tool.kind === 'custom';
    const events: Json[] = [
      ...signed,
      ...ended,
      added(item, { ...whole, status: 'in_progress', ...(isText && { input: '' }) }),
    ];
    if (isText) {
      const input = freeText(completeCall.input);
      const place = { item_id: whole['id'], output_index: item.index };
      events.push({ type: 'response.custom_tool_call_input.delta', ...place, delta: input });
      events.push({ type: 'response.custom_tool_call_input.done', ...place, input });
    }
    return [...events, this.#done(item, whole)];
  }

  /** What belongs to a call stands before it, in an item that says nothing else. */
  #signed(callId: string, state: OpaqueState | undefined): Json[] {
    if (state === undefined) return [];
    const id = `of ${callId}`;
    return [...this.appendReasoning(id, '', state), ...this.endReasoning(id)];
  }

  /** Items come one after another: what is being said or thought ends where another item begins. */
  #begin(
    kind: OpenItem['kind'],
    key: string,
    tool?: KnownTool,
  ): { readonly item: OpenItem; readonly begun: boolean; readonly ended: readonly Json[] } {
    const known = this.#open.get(key);
    if (known !== undefined) return { item: known, begun: false, ended: [] };
    const ended = this.#endAll((open) => open.kind !== 'call');
    const index = this.#count++;
    const id = itemId(this.#context, index);
    const item: OpenItem = { kind, id, index, appendText: '', state: undefined, annotations: [], tool };
    this.#open.set(key, item);
    return { item, begun: true, ended };
  }

  #take(key: string): OpenItem | undefined {
    const item = this.#open.get(key);
    this.#open.delete(key);
    return item;
  }

  #done({ index }: OpenItem, item: Json): Json {
    this.#whole[index] = item;
    return { type: 'response.output_item.done', output_index: index, item };
  }
}

function added({ index }: OpenItem, item: Json): Json {
  return { type: 'response.output_item.added', output_index: index, item };
}

function textPlace({ id, index }: OpenItem): Json {
  return { item_id: `msg_${id}`, output_index: index, content_index: 0 };
}

function summaryPlace({ id, index }: OpenItem): Json {
  return { item_id: `rs_${id}`, output_index: index, summary_index: 0 };
}

function callPlace({ id, index }: OpenItem): Json {
  return { item_id: `fc_${id}`, output_index: index };
}

function summaryPart(text: string): Json {
  return { type: 'summary_text', text };
}
