import { ChunkBuffer } from '../base/chunk-buffer.ts';
import type { MemoryMeter } from '../base/memory-meter.ts';

/** Bytes of a response that wait to be passed on, and where in them the last whole frame ends. */
export class FrameBuffer {
  readonly #chunks = new ChunkBuffer();
  /** How many bytes at the end belong to a frame that is not whole. */
  #tail = 0;
  /** Half a frame was passed on, because it was longer than the hold, and its end has not come. */
  isMidFrame = false;
  readonly #memory: MemoryMeter | undefined;

  /** @param memory - counts what waits, if given */
  constructor(memory?: MemoryMeter) {
    this.#memory = memory;
  }

  /** In bytes. */
  get length(): number {
    return this.#chunks.length;
  }

  /** What is held. Must not be modified. */
  get bytes(): Buffer {
    return this.#chunks.all();
  }

  /** @param boundary - the offset in the chunk after the last frame that ended there; 0 where none did */
  push(chunk: Buffer, boundary: number): void {
    this.#chunks.push(chunk);
    this.#memory?.hold(chunk.length);
    this.#tail = boundary > 0 ? chunk.length - boundary : this.#tail + chunk.length;
    if (boundary > 0) this.isMidFrame = false;
  }

  takeAll(): Buffer {
    this.#memory?.release(this.length);
    this.#tail = 0;
    return this.#chunks.take();
  }

  /** Takes the frames that are whole; half a frame stays. */
  takeWhole(): Buffer {
    const tail = this.#tail;
    const held = this.takeAll();
    if (tail === 0) return held;
    const whole = held.subarray(0, held.length - tail);
    this.push(held.subarray(whole.length), 0);
    return whole;
  }

  /**
   * Takes what may be passed on. A frame that is not whole stays, up to `maxTail` bytes: a stream that breaks must not
   * end in half a frame.
   * @returns undefined where there is nothing
   */
  takeReady(maxTail: number): Buffer | undefined {
    if (this.#tail > maxTail) {
      this.isMidFrame = true;
      return this.takeAll();
    }
    // No frame ended. A long one that comes in small chunks is joined once, not at each of them.
    return this.#tail === this.length ? undefined : this.takeWhole();
  }

  /**
   * Ends an event that its empty line alone is missing from: whoever reads events passes over one that the end of the stream
   * has ended (WHATWG HTML, 9.2.6).
   */
  endTail(): void {
    if (this.#tail === 0 && !this.isMidFrame) return;
    const end = missingEnd(this.bytes.subarray(-2).toString('latin1'));
    this.push(Buffer.from(end), end.length);
  }

  /** Drops half a frame whose other half will not come. */
  dropTail(): void {
    const whole = this.takeWhole();
    this.takeAll();
    if (whole.length > 0) this.push(whole, whole.length);
  }
}

/** What an event lacks of its empty line. @param end - its last two bytes */
function missingEnd(end: string): '' | '\n' | '\n\n' {
  // A lone CR ends a line as well, if no LF follows.
  if (/[\r\n]\r$|\n\n$/.test(end)) return '';
  return end.endsWith('\n') ? '\n' : '\n\n';
}
