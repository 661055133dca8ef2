import type { Json } from '../../../base/json.ts';
import type { ResponseContext, ClientStreamEncoder, StreamPart } from '../../codec.ts';
import { answer, callOf, fileOf, reasonOf, signatureField, usageOf } from './encode-response.ts';

type Metadata = Parameters<typeof signatureField>[0];

/**
 * Writes the pieces of an answer: as events where `alt=sse` asks for them, and as the items of one list of JSON
 * where nothing does.
 */
export class ContentStreamEncoder implements ClientStreamEncoder {
  readonly contentType: string;
  readonly #context: ResponseContext;
  readonly #isEvents: boolean;
  #hasBegun = false;

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#isEvents = new URLSearchParams(context.query).get('alt') === 'sse';
    this.contentType = this.#isEvents ? 'text/event-stream' : 'application/json; charset=UTF-8';
  }

  encode(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return this.#said({ text: part.delta, ...signatureField(part.providerMetadata) });
      case 'reasoning-delta':
        return this.#thought(part.delta, part.providerMetadata);
      case 'reasoning-start':
        return isHidden(part.providerMetadata) ? this.#thought('', part.providerMetadata) : '';
      case 'reasoning-end':
        return this.#thought('', part.providerMetadata);
      case 'tool-call':
        return part.providerExecuted === true ? '' : this.#piece([callOf(part)]);
      case 'file':
        return this.#piece(fileOf(part));
      case 'finish': {
        const end = { finishReason: reasonOf(part.finishReason), usageMetadata: usageOf(part.usage) };
        return this.#frame(answer(this.#context, [{ text: '' }], end));
      }
      default:
        return '';
    }
  }

  end(): string {
    return this.#isEvents ? '' : ']';
  }

  #thought(text: string, metadata: Metadata): string {
    return this.#said({ text, thought: true, ...signatureField(metadata) });
  }

  /** Some say nothing but the signature of what came before. */
  #said(part: Json): string {
    return part['text'] === '' && part['thoughtSignature'] === undefined ? '' : this.#piece([part]);
  }

  #piece(parts: readonly Json[]): string {
    return this.#frame(answer(this.#context, parts, undefined));
  }

  #frame(piece: object): string {
    const text = JSON.stringify(piece);
    if (this.#isEvents) return `data: ${text}\r\n\r\n`;
    const before = this.#hasBegun ? ',\r\n' : '[';
    this.#hasBegun = true;
    return before + text;
  }
}

/** Anthropic tells hidden thinking where it begins; other signatures come again with what they sign. */
function isHidden(metadata: Metadata): boolean {
  return metadata?.['anthropic']?.['redactedData'] !== undefined;
}
