import { isJsonText } from '../../base/json.ts';
import type { TokenUsage } from '../../base/token-usage.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { LineScanner } from '../scan/line-scanner.ts';
import { MAX_FRAME_BYTES, SseScanner } from '../scan/sse-scanner.ts';
import type { FrameSink } from '../scan/sse-scanner.ts';
import { isErrorText } from './error-bodies.ts';
import { isDone } from './frame-kind.ts';
import type { FrameClassifier, FrameKind } from './frame-kind.ts';
import { UsageNotes } from './usage-notes.ts';

/** Reads an event stream, or one of JSON lines, frame by frame, with the classifier of its dialect. */
export class StreamWatch implements ResponseWatch, FrameSink {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  flaw: string | undefined;
  isErrorUnseen = false;
  readonly isMadeOfEvents = true;
  readonly #classify: FrameClassifier;
  readonly #scanner: SseScanner | LineScanner;
  readonly #endsByClosing: boolean;
  readonly #isTranslated: boolean;
  readonly #usage = new UsageNotes();
  /** A frame of the dialect has been seen. */
  #hasBegun = false;
  #hasEnded = false;
  /** What followed the last whole frame when the stream ended: nothing, half a frame, or one without its empty line. */
  #tail: 'none' | 'half' | 'whole' = 'none';

  /**
   * @param endsByClosing - there is no end marker: a connection that is closed in order ends the answer
   * @param isLines - each line is a frame
   * @param isTranslated - JSON outside of events is not read, and an end marker alone cannot be translated
   */
  constructor(
    classify: FrameClassifier,
    { endsByClosing = false, isLines = false, isTranslated = false } = {},
  ) {
    this.#classify = classify;
    this.#scanner = isLines ? new LineScanner(this) : new SseScanner(this);
    this.#endsByClosing = endsByClosing;
    this.#isTranslated = isTranslated;
  }

  get usage(): TokenUsage | undefined {
    return this.#usage.read();
  }

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  end(): boolean {
    this.#hasEnded = true;
    this.#scanner.end();
    if (this.#endsByClosing && this.hasOutput && this.#tail !== 'half') this.isComplete = true;
    // Anything else is followed by an error of the gateway's, which must not become a part of it.
    return this.#tail === 'whole' && this.isComplete;
  }

  onFrame(name: string, bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) {
      this.#tail = isAllThere(bytes, start, end) ? 'whole' : 'half';
      if (this.#tail === 'half') return;
    }
    const kind = this.#classify(name, bytes, start, end, this.hasOutput, this.#usage);
    this.#note(kind, bytes, start, end);
    if (this.#hasEnded && this.error !== undefined) this.#markErrorUnseen();
  }

  /** Some servers write an error into a stream as they would outside of one. Any other JSON counts as output. */
  onBareJson(bytes: Buffer, start: number, end: number): void {
    if (this.#hasEnded) this.#tail = 'half';
    const isNew = this.error === undefined;
    const other = this.#isTranslated ? 'ignored' : 'output';
    this.#note(isErrorText(bytes.toString('utf8', start, end)) ? 'error' : other, bytes, start, end);
    if (isNew && this.error !== undefined) this.#markErrorUnseen();
  }

  /** Readers of event streams ignore lines that are no event, and an event that no empty line ends. */
  #markErrorUnseen(): void {
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

/** Whether the data is complete of a frame that no empty line has ended. */
function isAllThere(bytes: Buffer, start: number, end: number): boolean {
  if (end - start >= MAX_FRAME_BYTES) return false;
  return isDone(bytes, start, end) || isJsonText(bytes.toString('utf8', start, end));
}
