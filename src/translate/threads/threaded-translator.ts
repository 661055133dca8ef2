import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { TranslatorParts } from '../job.ts';
import type { ResponseTranslator, StreamTranslator } from '../response-translator.ts';
import { LARGE_BYTES, threads } from './translation-threads.ts';

/** Retells whole answers in another thread where they are large. What streams comes in small pieces, and is retold here. */
export class ThreadedTranslator implements ResponseTranslator {
  readonly contentType: string | undefined;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly #here: ResponseTranslator;
  readonly #parts: TranslatorParts;
  readonly #memory: MemoryMeter | undefined;

  constructor(local: ResponseTranslator, parts: TranslatorParts, memory: MemoryMeter | undefined) {
    this.contentType = local.contentType;
    this.streams = local.streams === true;
    this.dropped = parts.dropped;
    this.#here = local;
    this.#parts = parts;
    this.#memory = memory;
  }

  async translateWhole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (body.length <= LARGE_BYTES || this.streams) return this.#here.translateWhole(status, headers, body);
    const { spec, parseOptions, context, signal } = this.#parts;
    return threads.translateResponse(
      { spec, parseOptions, context, headers, body },
      { signal: signal, memory: this.#memory },
    );
  }

  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator {
    return this.#here.translateStream(headers, out);
  }

  drop(): void {
    this.#here.drop();
  }
}
