import type { Json } from '../../../base/json.ts';
import { clientErrorBody, clientErrorEvent } from '../../../dialects/errors/client-error.ts';
import type { ClientError } from '../../../dialects/errors/client-error.ts';
import type { ResponseContext, ClientStreamEncoder, StreamPart } from '../../codec.ts';
import { answer, callOf, fileOf, reasonOf, signatureField, usageOf } from './encode-response.ts';

type Metadata = Parameters<typeof signatureField>[0];

/** Encodes the pieces of a response: as events with `alt=sse`, else as the items of one JSON list. */
export class ContentStreamEncoder implements ClientStreamEncoder {
  readonly contentType: string;
  readonly #context: ResponseContext;
  readonly #isEvents: boolean;
  #hasStarted = false;

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#isEvents = new URLSearchParams(context.query).get('alt') === 'sse';
    this.contentType = this.#isEvents ? 'text/event-stream' : 'application/json; charset=UTF-8';
  }

  encode(part: StreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return this.#textPiece({ text: part.delta, ...signatureField(part.providerMetadata) });
      case 'reasoning-delta':
        return this.#thoughtPiece(part.delta, part.providerMetadata);
      case 'reasoning-start':
        return isRedacted(part.providerMetadata) ? this.#thoughtPiece('', part.providerMetadata) : '';
      case 'reasoning-end':
        return this.#thoughtPiece('', part.providerMetadata);
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

  /** In a list an error is its last item, as Google's servers have it. */
  fail(error: ClientError): string {
    if (this.#isEvents) return clientErrorEvent('gemini-generate', error);
    return `${this.#hasStarted ? ',\r\n' : '['}${clientErrorBody('gemini-generate', error)}]`;
  }

  #thoughtPiece(text: string, metadata: Metadata): string {
    return this.#textPiece({ text, thought: true, ...signatureField(metadata) });
  }

  /** An empty text is written where it has the signature of what came before. */
  #textPiece(part: Json): string {
    return part['text'] === '' && part['thoughtSignature'] === undefined ? '' : this.#piece([part]);
  }

  #piece(parts: readonly Json[]): string {
    return this.#frame(answer(this.#context, parts, undefined));
  }

  #frame(piece: object): string {
    const text = JSON.stringify(piece);
    if (this.#isEvents) return `data: ${text}\r\n\r\n`;
    const before = this.#hasStarted ? ',\r\n' : '[';
    this.#hasStarted = true;
    return before + text;
  }
}

/** Anthropic's redacted thinking is known where it starts; other signatures come again with what they sign. */
function isRedacted(metadata: Metadata): boolean {
  return metadata?.['anthropic']?.['redactedData'] !== undefined;
}
