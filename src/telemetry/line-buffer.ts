const LINE_END = 0x0a;

/** What is longer is left out: no log holds such a line in one piece. Bytes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Puts lines together again that were cut on their way through a pipe, so that several processes can share
 * one output. The half of a line that a killed process leaves behind is never passed on.
 */
export class LineBuffer {
  readonly #passOn: (lines: string) => void;
  readonly #maxBytes: number;
  #begun: Buffer[] = [];
  #begunBytes = 0;

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
    const whole = Buffer.concat([...this.#begun, piece.subarray(first, last)]);
    this.#begun = [];
    this.#begunBytes = 0;
    if (last < piece.length) this.#keep(piece.subarray(last));
    if (whole.length > 0) this.#passOn(whole.toString());
  }

  #keep(part: Buffer): void {
    this.#begunBytes += part.length;
    if (this.#begunBytes <= this.#maxBytes) this.#begun.push(part);
    else this.#begun = [];
  }
}
