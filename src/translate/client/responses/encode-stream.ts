import type { Json } from '../../../base/json.ts';
import { clientErrorEvent } from '../../../dialects/errors/client-error.ts';
import type { ClientError } from '../../../dialects/errors/client-error.ts';
import type { ResponseContext, GenerateResult, ClientStreamEncoder, StreamPart } from '../../codec.ts';
import { opaqueStateOf } from '../../opaque-state.ts';
import { clientToolsOf } from '../client-tools.ts';
import { StreamItems } from './stream-items.ts';
import { endOf, heading, usageOf } from './encode-response.ts';

/** Encodes the events of a response. */
export class ResponseStreamEncoder implements ClientStreamEncoder {
  readonly contentType = 'text/event-stream';
  readonly #heading: Json;
  readonly #toolOf: ReturnType<typeof clientToolsOf>;
  readonly #items: StreamItems;
  #sequence = 0;
  #end: Pick<GenerateResult, 'finishReason' | 'usage'> | undefined;

  constructor(context: ResponseContext) {
    this.#heading = heading(context);
    this.#toolOf = clientToolsOf(context);
    this.#items = new StreamItems(context);
  }

  encode(part: StreamPart): string {
    const events = this.#events(part);
    if (events.length === 0) return '';
    return (this.#sequence > 0 ? '' : this.#opening()) + events.map((event) => this.#write(event)).join('');
  }

  end(): string {
    const { finishReason, usage } = this.#end ?? {};
    const ended = finishReason === undefined ? { status: 'completed' } : endOf(finishReason);
    // The status is the name of the event as well.
    const type = `response.${String(ended['status'])}`;
    const cost = usage === undefined ? null : usageOf(usage);
    const response = { ...this.#heading, ...ended, output: this.#items.output, usage: cost };
    return (this.#sequence > 0 ? '' : this.#opening()) + this.#write({ type, response });
  }

  /**
   * OpenAI sends both: SDKs raise the first, and Codex heeds the second alone
   * (github.com/openai/codex, codex-rs/codex-api/src/sse/responses.rs, 2026-11-30).
   */
  fail(error: ClientError): string {
    const event = clientErrorEvent('openai-responses', error, this.#sequence++);
    const { message, code } = error;
    const response = {
      ...this.#heading,
      status: 'failed',
      error: { code: code ?? 'server_error', message },
      incomplete_details: null,
      output: this.#items.output,
      usage: null,
    };
    return event + this.#write({ type: 'response.failed', response });
  }

  #events(part: StreamPart): readonly Json[] {
    switch (part.type) {
      case 'text-delta':
        return part.delta === '' ? [] : this.#items.appendText(part.id, part.delta);
      case 'text-end':
        return this.#items.endText(part.id);
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end': {
        const delta = part.type === 'reasoning-delta' ? part.delta : '';
        const events = this.#items.appendReasoning(part.id, delta, opaqueStateOf(part.providerMetadata));
        return part.type === 'reasoning-end' ? [...events, ...this.#items.endReasoning(part.id)] : events;
      }
      case 'tool-input-start':
        if (part.providerExecuted === true || this.#toolOf(part.toolName).kind !== 'function') return [];
        return this.#items.startCall(
          part.id,
          this.#toolOf(part.toolName),
          opaqueStateOf(part.providerMetadata),
        );
      case 'tool-input-delta':
        return part.delta === '' ? [] : this.#items.appendCall(part.id, part.delta);
      case 'tool-call':
        return part.providerExecuted === true
          ? []
          : this.#items.completeCall(this.#toolOf(part.toolName), part);
      case 'source':
        return this.#items.addSource(part);
      case 'finish':
        this.#end = part;
        return this.#items.finishAll();
      default:
        return [];
    }
  }

  #opening(): string {
    const response = {
      ...this.#heading,
      status: 'in_progress',
      incomplete_details: null,
      output: [],
      usage: null,
    };
    return (
      this.#write({ type: 'response.created', response }) +
      this.#write({ type: 'response.in_progress', response })
    );
  }

  #write(event: Json): string {
    const { type, ...fields } = event;
    const data = JSON.stringify({ type, sequence_number: this.#sequence++, ...fields });
    return `event: ${String(type)}\ndata: ${data}\n\n`;
  }
}
