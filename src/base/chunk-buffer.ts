import { COPY_STEP_BYTES, nextTurn } from './turns.ts';

/** So many small chunks are joined at a time. */
const JOIN_COUNT = 64;
/** A chunk of this size is kept as it came, and copied only when all are taken. Bytes. */
const LARGE_CHUNK_BYTES = 16 * 1024;

/**
 * Bytes that come in chunks and are wanted as one buffer. Each chunk costs some hundred bytes beside its own, so many small
 * ones are joined on the way: a body sent in chunks of one byte is held in a few large buffers. Up to 63 chunks cost
 * nothing; beyond that each byte is copied once more, and some of them again.
 */
export class ChunkBuffer {
  #chunks: Buffer[] = [];
  /** Index from which on they are small. */
  #from = 0;
  #length = 0;

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** How many buffers they are kept in. */
  get count(): number {
    return this.#chunks.length;
  }

  push(chunk: Buffer): void {
    this.#length += chunk.length;
    const isLarge = chunk.length >= LARGE_CHUNK_BYTES;
    if (isLarge || this.#chunks.length - this.#from >= JOIN_COUNT) this.#join();
    this.#chunks.push(chunk);
    if (isLarge) this.#from = this.#chunks.length;
  }

  /** All as one buffer; without a copy where there is one chunk. */
  all(): Buffer {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
  }

  /** The same; a large one is joined in steps. */
  async allInSteps(): Promise<Buffer> {
    if (this.#length <= COPY_STEP_BYTES || this.#chunks.length === 1) return this.all();
    const joined = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    let inStep = 0;
    for (const chunk of this.#chunks) {
      if (inStep > COPY_STEP_BYTES) {
        await nextTurn();
        inStep = 0;
      }
      chunk.copy(joined, at);
      at += chunk.length;
      inStep += chunk.length;
    }
    return joined;
  }

  /** All as one buffer; keeps none. */
  take(): Buffer {
    const all = this.all();
    this.#chunks = [];
    this.#from = 0;
    this.#length = 0;
    return all;
  }

  #join(): void {
    const small = this.#chunks.splice(this.#from);
    if (small.length === 0) return;
    const joined = Buffer.concat(small);
    this.#chunks.push(joined);
    if (joined.length >= LARGE_CHUNK_BYTES) this.#from = this.#chunks.length;
  }
}
