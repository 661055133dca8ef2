import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import type { Memory } from '../../upstream/memory.ts';
import type { Retold } from '../job.ts';
import type { Retelling, StreamRetelling } from '../retelling.ts';
import { LARGE_BYTES, threads } from './threads.ts';

/** Retells whole answers in another thread where they are large. What streams comes in small pieces, and is retold here. */
export class ThreadedRetelling implements Retelling {
  readonly contentType: string | undefined;
  readonly streams: boolean;
  readonly dropped: readonly string[];
  readonly #here: Retelling;
  readonly #parts: Retold;
  readonly #memory: Memory | undefined;

  constructor(here: Retelling, parts: Retold, memory: Memory | undefined) {
    this.contentType = here.contentType;
    this.streams = here.streams === true;
    this.dropped = parts.dropped;
    this.#here = here;
    this.#parts = parts;
    this.#memory = memory;
  }

  async whole(status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    if (body.length <= LARGE_BYTES || this.streams) return this.#here.whole(status, headers, body);
    const { course, reading, context, gone } = this.#parts;
    return threads.answer(
      { course, reading, context, headers, body },
      { signal: gone, memory: this.#memory },
    );
  }

  stream(headers: ResponseHeaders, out: Sink): StreamRetelling {
    return this.#here.stream(headers, out);
  }

  drop(): void {
    this.#here.drop();
  }
}
