/** So many pieces are joined at a time. */
const JOIN_COUNT = 64;
/** A piece that is no smaller is kept as it came, and is copied once more only when all are taken. Bytes. */
const LARGE_CHUNK_BYTES = 16 * 1024;

/**
 * Bytes that came in pieces and wait to be one. Each piece costs some hundred bytes beside its own, so that many small ones
 * are joined on the way: whoever sends a body in chunks of one byte has it held as a few large pieces. Who pays: nobody
 * up to 63 pieces; beyond that each byte is copied once more, and some of them again.
 */
export class ChunkBuffer {
  #pieces: Buffer[] = [];
  /** From here on they are small. */
  #from = 0;
  #length = 0;

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** How many buffers they are kept in. */
  get count(): number {
    return this.#pieces.length;
  }

  push(piece: Buffer): void {
    this.#length += piece.length;
    const isLarge = piece.length >= LARGE_CHUNK_BYTES;
    if (isLarge || this.#pieces.length - this.#from >= JOIN_COUNT) this.#join();
    this.#pieces.push(piece);
    if (isLarge) this.#from = this.#pieces.length;
  }

  /** All of them as one; without a copy where there is one. */
  all(): Buffer {
    const [first] = this.#pieces;
    return this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
  }

  /** All of them as one, and keeps none. */
  take(): Buffer {
    const all = this.all();
    this.#pieces = [];
    this.#from = 0;
    this.#length = 0;
    return all;
  }

  #join(): void {
    const small = this.#pieces.splice(this.#from);
    if (small.length === 0) return;
    const joined = Buffer.concat(small);
    this.#pieces.push(joined);
    if (joined.length >= LARGE_CHUNK_BYTES) this.#from = this.#pieces.length;
  }
}
