import type { Json } from '../../../base/json.ts';
import type { ResponseContext, ClientStreamEncoder, StreamPart } from '../../codec.ts';
import { idWithState } from '../../opaque-state.ts';
import { StreamBlocks, event } from './stream-blocks.ts';
import { googleState, heading, redactedOf, signatureOf, stopOf, usageOf } from './encode-response.ts';

type Of<Type extends StreamPart['type']> = Extract<StreamPart, { readonly type: Type }>;

/** Encodes the events of a message. */
export class MessageStreamEncoder implements ClientStreamEncoder {
  readonly contentType = 'text/event-stream';
  readonly #heading: object;
  /** Tokens of the request, until its provider tells them, at the end. */
  readonly #estimated: number;
  readonly #blocks = new StreamBlocks();
  #hasStarted = false;
  #hasCalls = false;

  constructor(context: ResponseContext) {
    this.#heading = heading(context);
    this.#estimated = context.estimatedInputTokens ?? 0;
  }

  encode(part: StreamPart): string {
    if (part.type === 'ping') return this.#hasStarted ? event({ type: 'ping' }) : '';
    const written = this.#events(part);
    return written === '' ? '' : this.#opening() + written;
  }

  end(): string {
    return event({ type: 'message_stop' });
  }

  #events(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return part.delta === '' ? '' : this.#text(part);
      case 'text-end':
        return this.#blocks.finish(`text ${part.id}`);
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#thinking(part);
      case 'tool-input-start':
        return part.providerExecuted === true
          ? ''
          : this.#startCall(part.id, part.toolName, part.providerMetadata);
      case 'tool-input-delta':
        return part.delta === '' ? '' : this.#blocks.append(`tool ${part.id}`, jsonDelta(part.delta));
      case 'tool-call':
        return part.providerExecuted === true ? '' : this.#completeCall(part);
      case 'finish': {
        const stop = stopOf(part.finishReason, this.#hasCalls, part.providerMetadata);
        const last = { type: 'message_delta', delta: stop, usage: usageOf(part.usage, this.#estimated) };
        return this.#blocks.finishAll() + event(last);
      }
      default:
        return '';
    }
  }

  #text({ id, delta: text }: Of<'text-delta'>): string {
    const key = `text ${id}`;
    return (
      this.#blocks.start({ key, kind: 'text', block: { type: 'text', text: '' } }) +
      this.#blocks.append(key, { type: 'text_delta', text })
    );
  }

  #thinking(part: Of<'reasoning-start'> | Of<'reasoning-delta'> | Of<'reasoning-end'>): string {
    const key = `thinking ${part.id}`;
    const data = redactedOf(part.providerMetadata);
    if (data !== undefined)
      return this.#blocks.start({ key, kind: 'text', block: { type: 'redacted_thinking', data } });
    const text = part.type === 'reasoning-delta' ? part.delta : '';
    const signature = signatureOf(part.providerMetadata);
    let written = '';
    if (text !== '' || signature !== '')
      written += this.#blocks.start({
        key,
        kind: 'text',
        block: { type: 'thinking', thinking: '', signature: '' },
      });
    if (text !== '') written += this.#blocks.append(key, { type: 'thinking_delta', thinking: text });
    if (signature !== '') written += this.#blocks.append(key, { type: 'signature_delta', signature });
    return part.type === 'reasoning-end' ? written + this.#blocks.finish(key) : written;
  }

  #startCall(id: string, name: string, metadata: Of<'tool-call'>['providerMetadata']): string {
    this.#hasCalls = true;
    const block = { type: 'tool_use', id: idWithState(id, googleState(metadata)), name, input: {} };
    return this.#blocks.start({ key: `tool ${id}`, kind: 'tool', block });
  }

  /** A call is complete: what was not written while it came is written now. */
  #completeCall({ toolCallId: id, toolName, input, providerMetadata }: Of<'tool-call'>): string {
    const key = `tool ${id}`;
    const start = this.#blocks.has(key) ? '' : this.#startCall(id, toolName, providerMetadata);
    const rest = this.#blocks.isEmpty(key)
      ? this.#blocks.append(key, jsonDelta(input === '' ? '{}' : input))
      : '';
    return start + rest + this.#blocks.finish(key);
  }

  #opening(): string {
    if (this.#hasStarted) return '';
    this.#hasStarted = true;
    const usage = {
      input_tokens: this.#estimated,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
    };
    const message = { ...this.#heading, content: [], stop_reason: null, stop_sequence: null, usage };
    return event({ type: 'message_start', message });
  }
}

function jsonDelta(text: string): Json {
  return { type: 'input_json_delta', partial_json: text };
}
