import type { Json } from '../../../base/json.ts';
import type { ClientTool, ResponseContext, StreamPart } from '../../codec.ts';
import { opaqueStateOf } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import { freeText } from '../custom-tools.ts';
import { encodeCall } from './encode-call.ts';
import { annotationOf, itemId, messageItem, reasoningItem, textPart } from './encode-response.ts';

type Call = Extract<StreamPart, { readonly type: 'tool-call' }>;
type Source = Extract<StreamPart, { readonly type: 'source' }>;

/** An item that has started and is not complete. */
interface OpenItem {
  readonly kind: 'message' | 'reasoning' | 'call';
  /** Of the item, without the prefix of its type. */
  readonly id: string;
  readonly index: number;
  text: string;
  state: OpaqueState | undefined;
  /** Of a message. */
  readonly annotations: Json[];
  /** Of a call. */
  readonly tool: ClientTool | undefined;
}

/** The items of a response as they come, and their events. */
export class StreamItems {
  readonly #context: ResponseContext;
  readonly #open = new Map<string, OpenItem>();
  /** By index; one that is not complete yet has none. */
  readonly #complete: Json[] = [];
  #count = 0;

  constructor(context: ResponseContext) {
    this.#context = context;
  }

  /** The items that are complete. */
  get output(): readonly Json[] {
    return this.#complete.filter((item) => item !== undefined);
  }

  appendText(id: string, delta: string): Json[] {
    const { item, isNew, ended } = this.#start('message', `text ${id}`);
    item.text += delta;
    const place = textPlace(item);
    const events: Json[] = isNew
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
    const { text, annotations } = item;
    const place = textPlace(item);
    const part = textPart(text, annotations);
    return [
      { type: 'response.output_text.done', ...place, text, logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      this.#done(item, messageItem(item.id, part)),
    ];
  }

  /** A source belongs to the open text; without one there is nothing to annotate. */
  addSource(source: Source): Json[] {
    const item = [...this.#open.values()].findLast(({ kind }) => kind === 'message');
    if (item === undefined) return [];
    return annotationOf(source, item.text).map((annotation) => {
      const annotation_index = item.annotations.push(annotation) - 1;
      const type = 'response.output_text.annotation.added';
      return { type, ...textPlace(item), annotation_index, annotation };
    });
  }

  appendReasoning(id: string, delta: string, state: OpaqueState | undefined): Json[] {
    if (delta === '' && state === undefined) return [];
    const { item, isNew, ended } = this.#start('reasoning', `reasoning ${id}`);
    const isFirst = item.text === '' && delta !== '';
    item.text += delta;
    item.state = state ?? item.state;
    const place = summaryPlace(item);
    return [
      ...ended,
      ...(isNew ? [added(item, reasoningItem(item.id, '', undefined))] : []),
      ...(isFirst
        ? [{ type: 'response.reasoning_summary_part.added', ...place, part: summaryPart('') }]
        : []),
      ...(delta === '' ? [] : [{ type: 'response.reasoning_summary_text.delta', ...place, delta }]),
    ];
  }

  endReasoning(id: string): Json[] {
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
    return [...summary, this.#done(item, reasoningItem(item.id, text, item.state))];
  }

  /** @param state of the call, which its provider wants back */
  startCall(id: string, tool: ClientTool, state: OpaqueState | undefined): Json[] {
    if (this.#open.has(`call ${id}`)) return [];
    const before = this.#stateItem(id, state);
    const { item, ended } = this.#start('call', `call ${id}`, tool);
    const call = encodeCall(tool, item.id, { toolCallId: id, input: '' });
    return [...before, ...ended, added(item, { ...call, status: 'in_progress', arguments: '' })];
  }

  appendCall(id: string, delta: string): Json[] {
    const item = this.#open.get(`call ${id}`);
    if (item === undefined) return [];
    item.text += delta;
    return [{ type: 'response.function_call_arguments.delta', ...callPlace(item), delta }];
  }

  /** A call is complete: what was not written while it came is written now. */
  completeCall(tool: ClientTool, call: Call): Json[] {
    const { toolCallId: id, input } = call;
    if (tool.kind !== 'function') return this.#callAtOnce(tool, call);
    const started = this.startCall(id, tool, opaqueStateOf(call.providerMetadata));
    const grown = this.#open.get(`call ${id}`)?.text === '' && input !== '' ? this.appendCall(id, input) : [];
    const item = this.#take(`call ${id}`);
    if (item === undefined) return [];
    const whole = encodeCall(tool, item.id, call);
    const last = { type: 'response.function_call_arguments.done', ...callPlace(item), name: tool.name };
    return [...started, ...grown, { ...last, arguments: whole['arguments'] }, this.#done(item, whole)];
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
      return [this.#done(item, encodeCall(item.tool, item.id, { toolCallId: id, input: item.text }))];
    });
  }

  /** A call of another tool than a function is written at once, since its content is taken out of its arguments. */
  #callAtOnce(tool: ClientTool, call: Call): Json[] {
    const before = this.#stateItem(call.toolCallId, opaqueStateOf(call.providerMetadata));
    const { item, ended } = this.#start('call', `call ${call.toolCallId}`, tool);
    this.#take(`call ${call.toolCallId}`);
    const whole = encodeCall(tool, item.id, call);
    const isText = tool.kind === 'custom';
    const events: Json[] = [
      ...before,
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

  /** A call's state stands before it, in a reasoning item of its own. */
  #stateItem(callId: string, state: OpaqueState | undefined): Json[] {
    if (state === undefined) return [];
    const id = `of ${callId}`;
    return [...this.appendReasoning(id, '', state), ...this.endReasoning(id)];
  }

  /** Items do not overlap: text and reasoning end where another item starts. */
  #start(
    kind: OpenItem['kind'],
    key: string,
    tool?: ClientTool,
  ): { readonly item: OpenItem; readonly isNew: boolean; readonly ended: readonly Json[] } {
    const known = this.#open.get(key);
    if (known !== undefined) return { item: known, isNew: false, ended: [] };
    const ended = this.#endAll((open) => open.kind !== 'call');
    const index = this.#count++;
    const id = itemId(this.#context, index);
    const item: OpenItem = { kind, id, index, text: '', state: undefined, annotations: [], tool };
    this.#open.set(key, item);
    return { item, isNew: true, ended };
  }

  #take(key: string): OpenItem | undefined {
    const item = this.#open.get(key);
    this.#open.delete(key);
    return item;
  }

  #done({ index }: OpenItem, item: Json): Json {
    this.#complete[index] = item;
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
