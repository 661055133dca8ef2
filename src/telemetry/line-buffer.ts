const LINE_END = 0x0a;

/** A longer line is dropped. Bytes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Joins lines that were split on their way through a pipe, so that several processes can share one output. The
 * incomplete line that a killed process leaves behind is never passed on.
 */
export class LineBuffer {
  readonly #passOn: (lines: string) => void;
  readonly #maxBytes: number;
  #partial: Buffer[] = [];
  #partialBytes = 0;

  constructor(passOn: (lines: string) => void, maxBytes = MAX_LINE_BYTES) {
    this.#passOn = passOn;
    this.#maxBytes = maxBytes;
  }

  push(piece: Buffer): void {
    const first = piece.indexOf(LINE_END) + 1;
    if (first === 0) {
      this.#keep(piece);
      return;
    }
    const last = piece.lastIndexOf(LINE_END) + 1;
    this.#keep(piece.subarray(0, first));
    const whole = Buffer.concat([...this.#partial, piece.subarray(first, last)]);
    this.#partial = [];
    this.#partialBytes = 0;
    if (last < piece.length) this.#keep(piece.subarray(last));
    if (whole.length > 0) this.#passOn(whole.toString());
  }

  #keep(part: Buffer): void {
    this.#partialBytes += part.length;
    if (this.#partialBytes <= this.#maxBytes) this.#partial.push(part);
    else this.#partial = [];
  }
}
