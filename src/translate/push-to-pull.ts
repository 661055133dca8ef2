import { TranslationError } from './response-translator.ts';

/** So much of a provider's response may wait to be translated before its connection is paused. Bytes. */
const HIGH_WATER_MARK_BYTES = 64 * 1024;

/** A readable stream of the bytes that are written to it, with backpressure. */
export class PushToPull {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #drained = Promise.withResolvers<void>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #resume: (() => void) | undefined;
  #isOver = false;
  #isDraining = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK_BYTES }),
    );
  }

  /** @returns false where the reader is behind; true where the stream was cancelled */
  write(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.#controller?.enqueue(chunk);
    return this.#room() > 0;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  close(): void {
    if (!this.#isOver) this.#controller?.close();
    this.#end();
  }

  /** Errors the stream. What was not read is lost. */
  fail(): void {
    if (!this.#isOver) this.#controller?.error(new TranslationError('the answer broke off'));
    this.#end();
  }

  /** Resolves when all that was written is read, or the stream is over. */
  drained(): Promise<void> {
    this.#isDraining = true;
    if (this.#isOver || this.#room() >= HIGH_WATER_MARK_BYTES) this.#drained.resolve();
    return this.#drained.promise;
  }

  #room(): number {
    return this.#controller?.desiredSize ?? 0;
  }

  #end(): void {
    this.#isOver = true;
    this.#drained.resolve();
    this.#wake();
  }

  #wake(): void {
    if (this.#isDraining && this.#room() >= HIGH_WATER_MARK_BYTES) this.#drained.resolve();
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}
