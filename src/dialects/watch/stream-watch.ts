import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { isJson } from '../../base/json.ts';
import { isDone } from './frame-kind.ts';
import type { FrameClassifier, FrameKind } from './frame-kind.ts';
import { MAX_FRAME_BYTES, SseScanner } from '../scan/sse-scanner.ts';
import type { FrameSink } from '../scan/sse-scanner.ts';
import { isErrorText } from './error-bodies.ts';

/** Reads an event stream frame by frame; what a frame means is the dialect's judge to say. */
export class StreamWatch implements ResponseWatch, FrameSink {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  flaw: string | undefined;
  isErrorUnseen = false;
  readonly #judge: FrameClassifier;
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
  constructor(classify: FrameClassifier, { endsByClosing = false, isTranslated = false } = {}) {
    this.#judge = classify;
    this.#endsByClosing = endsByClosing;
    this.#isTranslated = isTranslated;
  }

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  end(): boolean {
    this.#hasEnded = true;
    this.#scanner.end();
    if (this.#endsByClosing && this.hasOutput && this.#tail !== 'half') this.isComplete = true;
    // Behind anything else comes an error of ours, which must not become a part of it.
    return this.#tail === 'whole' && this.isComplete;
  }

  onFrame(name: string, bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) {
      this.#tail = isAllThere(bytes, start, end) ? 'whole' : 'half';
      if (this.#tail === 'half') return;
    }
    const kind = this.#judge(name, bytes, start, end, this.hasOutput);
    this.#note(kind, bytes, start, end);
    if (this.#hasEnded && this.error !== undefined) this.#missError();
  }

  /** A server that fails may write its error as it would have outside a stream; any other JSON is unexpected output. */
  onBareJson(bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) this.#tail = 'half';
    const isNew = this.error === undefined;
    const other = this.#isTranslated ? 'ignored' : 'output';
    this.#note(isErrorText(bytes.toString('utf8', start, end)) ? 'error' : other, bytes, start, end);
    if (isNew && this.error !== undefined) this.#missError();
  }

  /** Readers of event streams pass over lines that are no event, and over an event that no empty line ends. */
  #missError(): void {
    this.isErrorUnseen = true;
    if (this.#hasEnded) this.#tail = 'half';
  }

  #note(kind: FrameKind, bytes: Buffer, start: number, end: number): void {
    switch (kind) {
      case 'ignored':
        if (!this.hasOutput) this.flaw = 'no-answer';
        return;
      case 'preamble':
        this.#hasBegun = true;
        return;
      case 'output':
        this.hasOutput = true;
        this.isEmpty = false;
        return;
      case 'empty':
        this.isEmpty = !this.hasOutput;
        this.hasOutput = true;
        return;
      case 'end-marker':
        if ((this.#hasBegun && !this.#isTranslated) || this.hasOutput) this.#complete(!this.hasOutput);
        else this.flaw = 'no-answer';
        return;
      case 'empty-end':
        this.#complete(!this.hasOutput);
        return;
      case 'end':
        this.#complete(false);
        return;
      case 'failed':
        this.isComplete = true;
        break;
      case 'error':
        break;
    }
    this.error ??= bytes.toString('utf8', start, end);
  }

  #complete(isEmpty: boolean): void {
    if (isEmpty) this.isEmpty = true;
    this.hasOutput = true;
    this.isComplete = true;
  }
}

/** Whether the data of a frame that no empty line has ended is all there. */
function isAllThere(bytes: Buffer, start: number, end: number): boolean {
  if (end - start >= MAX_FRAME_BYTES) return false;
  return isDone(bytes, start, end) || isJson(bytes.toString('utf8', start, end));
}
