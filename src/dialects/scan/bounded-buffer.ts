const NOTHING = Buffer.alloc(0);
/** A larger allocation is released when the buffer is cleared, since most streams are idle most of the time. Bytes. */
const KEPT_CAPACITY_BYTES = 2048;

/** Bytes that are kept up to a bound; what exceeds it is dropped. Allocates nothing before the first ones. */
export class BoundedBuffer {
  readonly #max: number;
  #bytes: Buffer = NOTHING;
  #length = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  /** Holds the bytes, from 0 to `length`. Valid until the next change. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  append(from: Buffer, start: number, end: number): void {
    const count = Math.min(end - start, this.#max - this.#length);
    if (count <= 0) return;
    if (this.#length + count > this.#bytes.length) this.#grow(this.#length + count);
    from.copy(this.#bytes, this.#length, start, start + count);
    this.#length += count;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_CAPACITY_BYTES) this.#bytes = NOTHING;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.min(this.#max, Math.max(needed, this.#bytes.length * 2, 256)));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
