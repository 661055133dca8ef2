import type { AnswerContext, NearStream, StreamPart } from '../../asked.ts';
import { objectOf } from '../fields.ts';
import { chatUsage, finishReason } from './usage.ts';
import { annotationOf, extraOf, heading, imageOf } from './write-chat.ts';
import type { ToolCall } from './write-chat.ts';

/** Writes the chunks of a chat completion. */
export class ChatStream implements NearStream {
  readonly contentType = 'text/event-stream';
  readonly #heading: object;
  readonly #tellsUsage: boolean;
  /** Of the calls so far, their places in the list that clients put together. */
  readonly #calls = new Map<string, number>();
  #hasBegun = false;

  constructor(context: AnswerContext) {
    this.#heading = heading(context, 'chat.completion.chunk');
    this.#tellsUsage = objectOf(context.body['stream_options'])?.['include_usage'] === true;
  }

  part(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return part.delta === '' ? '' : this.#delta({ content: part.delta });
      case 'reasoning-delta':
        return part.delta === '' ? '' : this.#delta({ reasoning_content: part.delta });
      case 'tool-input-start':
        return part.providerExecuted === true ? '' : this.#begin(part.id, part.toolName, '');
      case 'tool-input-delta':
        return this.#more(part.id, part.delta);
      case 'tool-call':
        return part.providerExecuted === true ? '' : this.#call(part);
      case 'source': {
        const annotations = annotationOf(part);
        return annotations.length === 0 ? '' : this.#delta({ annotations });
      }
      case 'file': {
        const images = imageOf(part);
        return images.length === 0 ? '' : this.#delta({ images });
      }
      case 'finish': {
        const reason = this.#calls.size > 0 ? 'tool_calls' : finishReason(part.finishReason);
        const last =
          this.#opening() + this.#chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: reason }]);
        return this.#tellsUsage ? last + this.#chunk([], { usage: chatUsage(part.usage) }) : last;
      }
      default:
        return '';
    }
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  #begin(id: string, name: string, input: string): string {
    const index = this.#calls.size;
    this.#calls.set(id, index);
    return this.#delta({
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: input } }],
    });
  }

  #more(id: string, delta: string): string {
    const index = this.#calls.get(id);
    if (index === undefined || delta === '') return '';
    return this.#delta({ tool_calls: [{ index, function: { arguments: delta } }] });
  }

  /** A call is whole. What of it was not told while it came is told now. */
  #call(call: ToolCall): string {
    const told = this.#calls.has(call.toolCallId)
      ? ''
      : this.#begin(call.toolCallId, call.toolName, call.input);
    const extra = extraOf(call);
    if (!('extra_content' in extra)) return told;
    const index = this.#calls.get(call.toolCallId);
    // Strict clients take no piece of a call without its function.
    return told + this.#delta({ tool_calls: [{ index, function: { arguments: '' }, ...extra }] });
  }

  #delta(delta: object): string {
    return this.#opening() + this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
  }

  #opening(): string {
    if (this.#hasBegun) return '';
    this.#hasBegun = true;
    const delta = { role: 'assistant', content: '' };
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
  }

  #chunk(choices: readonly object[], more: object = {}): string {
    const usage = this.#tellsUsage ? { usage: null } : {};
    return `data: ${JSON.stringify({ ...this.#heading, choices, ...usage, ...more })}\n\n`;
  }
}
