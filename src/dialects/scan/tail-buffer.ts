/** The last bytes of what passes, up to a bound: each byte is copied twice at most. */
export class TailBuffer {
  readonly #max: number;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
    this.#bytes = Buffer.allocUnsafe(2 * maxBytes);
  }

  /** Valid until the next change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(Math.max(0, this.#length - this.#max), this.#length);
  }

  append(from: Buffer, start: number, end: number): void {
    const first = Math.max(start, end - this.#max);
    const count = end - first;
    if (this.#length + count > this.#bytes.length) {
      const kept = Math.min(this.#length, this.#max - count);
      this.#bytes.copyWithin(0, this.#length - kept, this.#length);
      this.#length = kept;
    }
    from.copy(this.#bytes, this.#length, first, end);
    this.#length += count;
  }
}
