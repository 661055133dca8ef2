import type { Watch } from '../upstream/watch.ts';
import { isDone, isJson } from './frame-judge.ts';
import type { FrameJudge, Sight } from './frame-judge.ts';
import { MAX_FRAME_BYTES, SseScanner } from './sse-scanner.ts';
import type { FrameSink } from './sse-scanner.ts';
import { isErrorBody } from './stated-errors.ts';

/** Reads an event stream frame by frame; what a frame means is the dialect's judge to say. */
export class StreamWatch implements Watch, FrameSink {
  output = false;
  error: string | undefined;
  complete = false;
  empty = false;
  flaw: string | undefined;
  isErrorUnseen = false;
  readonly #judge: FrameJudge;
  readonly #scanner = new SseScanner(this);
  readonly #endsByClosing: boolean;
  readonly #isTranslated: boolean;
  /** A frame of the dialect has been seen. */
  #hasBegun = false;
  #hasEnded = false;
  /** What the stream ended in: a whole frame's end, half a frame, or one that only its empty line is missing from. */
  #tail: 'none' | 'half' | 'whole' = 'none';

  /**
   * @param endsByClosing - there is no end marker: a connection that ends in order is the end
   * @param isTranslated - JSON that stands in no event is not read, and out of an end marker alone nothing can be made
   */
  constructor(judge: FrameJudge, { endsByClosing = false, isTranslated = false } = {}) {
    this.#judge = judge;
    this.#endsByClosing = endsByClosing;
    this.#isTranslated = isTranslated;
  }

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  end(): boolean {
    this.#hasEnded = true;
    this.#scanner.end();
    if (this.#endsByClosing && this.output && this.#tail !== 'half') this.complete = true;
    // Behind anything else comes an error of ours, which must not become a part of it.
    return this.#tail === 'whole' && this.complete;
  }

  onFrame(name: string, bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) {
      this.#tail = isAllThere(bytes, start, end) ? 'whole' : 'half';
      if (this.#tail === 'half') return;
    }
    const sight = this.#judge(name, bytes, start, end, this.output);
    this.#note(sight, bytes, start, end);
    if (this.#hasEnded && this.error !== undefined) this.#missError();
  }

  /** A server that fails may write its error as it would have outside a stream; any other JSON is unexpected output. */
  onBareJson(bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) this.#tail = 'half';
    const isNew = this.error === undefined;
    const other = this.#isTranslated ? 'aside' : 'output';
    this.#note(isErrorBody(bytes.toString('utf8', start, end)) ? 'error' : other, bytes, start, end);
    if (isNew && this.error !== undefined) this.#missError();
  }

  /** Readers of event streams pass over lines that are no event, and over an event that no empty line ends. */
  #missError(): void {
    this.isErrorUnseen = true;
    if (this.#hasEnded) this.#tail = 'half';
  }

  #note(sight: Sight, bytes: Buffer, start: number, end: number): void {
    switch (sight) {
      case 'aside':
        if (!this.output) this.flaw = 'no-answer';
        return;
      case 'preamble':
        this.#hasBegun = true;
        return;
      case 'output':
        this.output = true;
        this.empty = false;
        return;
      case 'silent':
        this.empty = !this.output;
        this.output = true;
        return;
      case 'marker':
        if ((this.#hasBegun && !this.#isTranslated) || this.output) this.#complete(!this.output);
        else this.flaw = 'no-answer';
        return;
      case 'silent-end':
        this.#complete(!this.output);
        return;
      case 'end':
        this.#complete(false);
        return;
      case 'failed':
        this.complete = true;
        break;
      case 'error':
        break;
    }
    this.error ??= bytes.toString('utf8', start, end);
  }

  #complete(isEmpty: boolean): void {
    if (isEmpty) this.empty = true;
    this.output = true;
    this.complete = true;
  }
}

/** Whether the data of a frame that no empty line has ended is all there. */
function isAllThere(bytes: Buffer, start: number, end: number): boolean {
  if (end - start >= MAX_FRAME_BYTES) return false;
  return isDone(bytes, start, end) || isJson(bytes.toString('utf8', start, end));
}
