import type { ResponseContext, ClientStreamEncoder, StreamPart } from '../../codec.ts';
import { asObject } from '../../../base/json.ts';
import { clientToolsOf } from '../client-tools.ts';
import { encodeUsage } from './encode-usage.ts';
import {
  annotationOf,
  callOf,
  endReason,
  extraOf,
  heading,
  imageOf,
  inputOf,
  isLegacy,
} from './encode-chat.ts';
import type { ToolCall } from './encode-chat.ts';

/** A call that has started. */
interface OpenCall {
  /** Its index in the client's list of calls. */
  readonly index: number;
  /** Whether any of its arguments were written. */
  hasInput: boolean;
}

/** Encodes the chunks of a chat completion. */
export class ChatStreamEncoder implements ClientStreamEncoder {
  readonly contentType = 'text/event-stream';
  readonly #context: ResponseContext;
  readonly #heading: object;
  readonly #includesUsage: boolean;
  readonly #toolOf: ReturnType<typeof clientToolsOf>;
  readonly #calls = new Map<string, OpenCall>();
  #hasStarted = false;

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#toolOf = clientToolsOf(context);
    this.#heading = heading(context, 'chat.completion.chunk');
    this.#includesUsage = asObject(context.body['stream_options'])?.['include_usage'] === true;
  }

  encode(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return part.delta === '' ? '' : this.#delta({ content: part.delta });
      case 'reasoning-delta':
        return part.delta === '' ? '' : this.#delta({ reasoning_content: part.delta });
      case 'tool-input-start':
        if (part.providerExecuted === true || this.#toolOf(part.toolName).kind === 'custom') return '';
        return this.#startCall(part.id, part.toolName, '');
      case 'tool-input-delta':
        return this.#appendCall(part.id, part.delta);
      case 'tool-call':
        return part.providerExecuted === true ? '' : this.#completeCall(part);
      case 'source': {
        const annotations = annotationOf(part);
        return annotations.length === 0 ? '' : this.#delta({ annotations });
      }
      case 'file': {
        const images = imageOf(part);
        return images.length === 0 ? '' : this.#delta({ images });
      }
      case 'finish': {
        const reason = endReason(part.finishReason, this.#calls.size > 0, this.#context);
        const last =
          this.#opening() + this.#chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: reason }]);
        return this.#includesUsage ? last + this.#chunk([], { usage: encodeUsage(part.usage) }) : last;
      }
      default:
        return '';
    }
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  #startCall(id: string, name: string, input: string): string {
    const index = this.#calls.size;
    this.#calls.set(id, { index, hasInput: input !== '' });
    const called = { name: this.#toolOf(name).name, arguments: input };
    if (!isLegacy(this.#context))
      return this.#delta({ tool_calls: [{ index, id, type: 'function', function: called }] });
    return index === 0 ? this.#delta({ function_call: called }) : '';
  }

  #appendCall(id: string, delta: string): string {
    const call = this.#calls.get(id);
    if (call === undefined || delta === '') return '';
    call.hasInput = true;
    return this.#callDelta(call, { arguments: delta });
  }

  #callDelta({ index }: OpenCall, called: object, extra: object = {}): string {
    if (!isLegacy(this.#context)) return this.#delta({ tool_calls: [{ index, function: called, ...extra }] });
    return index === 0 ? this.#delta({ function_call: called }) : '';
  }

  /** A call is complete: what was not written while it came is written now. */
  #completeCall(call: ToolCall): string {
    const { toolCallId: id, toolName: name } = call;
    if (this.#toolOf(name).kind === 'custom') return this.#callAtOnce(call);
    const start = this.#calls.has(id) ? '' : this.#startCall(id, name, inputOf(call));
    const open = this.#calls.get(id);
    if (open === undefined) return start;
    const rest = open.hasInput ? '' : this.#appendCall(id, inputOf(call));
    const extra = extraOf(call);
    // Strict clients refuse a delta of a call without its function.
    return start + rest + ('extra_content' in extra ? this.#callDelta(open, { arguments: '' }, extra) : '');
  }

  /** The input of a custom tool is taken out of the arguments, which have to be complete. */
  #callAtOnce(call: ToolCall): string {
    const index = this.#calls.size;
    this.#calls.set(call.toolCallId, { index, hasInput: true });
    return this.#delta({ tool_calls: [{ index, ...callOf(call, this.#toolOf(call.toolName)) }] });
  }

  #delta(delta: object): string {
    return this.#opening() + this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
  }

  #opening(): string {
    if (this.#hasStarted) return '';
    this.#hasStarted = true;
    const delta = { role: 'assistant', content: '' };
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
  }

  #chunk(choices: readonly object[], more: object = {}): string {
    const usage = this.#includesUsage ? { usage: null } : {};
    return `data: ${JSON.stringify({ ...this.#heading, choices, ...usage, ...more })}\n\n`;
  }
}
