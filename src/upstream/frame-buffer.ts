import type { MemoryMeter } from '../base/memory-meter.ts';
import { ChunkBuffer } from '../base/chunk-buffer.ts';

/** Bytes of an answer that wait to be passed on, and where in them the last whole frame ends. */
export class FrameBuffer {
  readonly #pieces = new ChunkBuffer();
  /** Of the bytes, those at the end that belong to a frame which is not whole. */
  #tail = 0;
  /** Half a frame was let go, because it was longer than the hold, and its end has not come. */
  isMidFrame = false;
  readonly #memory: MemoryMeter | undefined;

  /** @param memory - counts what waits; absent: nobody does */
  constructor(memory?: MemoryMeter) {
    this.#memory = memory;
  }

  /** In bytes. */
  get length(): number {
    return this.#pieces.length;
  }

  /** What is held; not to be written to. */
  get bytes(): Buffer {
    return this.#pieces.all();
  }

  /** @param boundary the offset in the chunk behind the last frame that ended there; 0 where none did */
  push(chunk: Buffer, boundary: number): void {
    this.#pieces.push(chunk);
    this.#memory?.hold(chunk.length);
    this.#tail = boundary > 0 ? chunk.length - boundary : this.#tail + chunk.length;
    if (boundary > 0) this.isMidFrame = false;
  }

  takeAll(): Buffer {
    this.#memory?.release(this.length);
    this.#tail = 0;
    return this.#pieces.take();
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
    // No frame ended: a long one that comes in small pieces is put together once, not at each of them.
    return this.#tail === this.length ? undefined : this.takeWhole();
  }

  /** Forgets half a frame whose other half will not come. */
  dropTail(): void {
    const whole = this.takeWhole();
    this.takeAll();
    if (whole.length > 0) this.push(whole, whole.length);
  }
}
