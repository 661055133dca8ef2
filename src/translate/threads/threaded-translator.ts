import type { ClientError } from '../../dialects/errors/client-error.ts';
import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { TranslatorParts } from '../job.ts';
import type { ResponseTranslator, StreamTranslator } from '../response-translator.ts';
import { LARGE_BYTES, threads } from './translation-threads.ts';

/** Translates large whole responses in another thread. Streams come in small pieces, and are translated in this one. */
export class ThreadedTranslator implements ResponseTranslator {
  readonly contentType: string | undefined;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly writeError?: (error: ClientError) => string;
  readonly estimated: readonly string[];
  readonly #local: ResponseTranslator;
  readonly #parts: TranslatorParts;
  readonly #memory: MemoryMeter | undefined;

  constructor(local: ResponseTranslator, parts: TranslatorParts, memory: MemoryMeter | undefined) {
    this.contentType = local.contentType;
    this.streams = local.streams === true;
    this.dropped = parts.dropped;
    this.estimated = local.estimated ?? [];
    this.#local = local;
    if (local.writeError !== undefined) this.writeError = local.writeError.bind(local);
    this.#parts = parts;
    this.#memory = memory;
  }

  async translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (body.length <= LARGE_BYTES || this.streams) return this.#local.translateWhole(status, headers, body);
    const { spec, parseOptions, context, signal } = this.#parts;
    return threads.translateResponse(
      { spec, parseOptions, context, headers, body },
      { signal, memory: this.#memory },
    );
  }

  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator {
    return this.#local.translateStream(headers, out);
  }

  drop(): void {
    this.#local.drop();
  }
}
