import type { Watch } from '../upstream/watch.ts';
import { isErrorBody } from './frame-judge.ts';
import type { FrameJudge, Sight } from './frame-judge.ts';
import { SseScanner } from './sse-scanner.ts';
import type { FrameSink } from './sse-scanner.ts';

/** Reads an event stream frame by frame; what a frame means is the dialect's judge to say. */
export class StreamWatch implements Watch, FrameSink {
  output = false;
  error: string | undefined;
  complete = false;
  readonly #judge: FrameJudge;
  readonly #scanner = new SseScanner(this);
  readonly #endsByClosing: boolean;

  /** @param endsByClosing - there is no end marker: a connection that ends in order is the end */
  constructor(judge: FrameJudge, endsByClosing = false) {
    this.#judge = judge;
    this.#endsByClosing = endsByClosing;
  }

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  end(): void {
    this.#scanner.end();
    if (this.#endsByClosing && this.output) this.complete = true;
  }

  onFrame(name: string, bytes: Buffer, start: number, end: number): void {
    this.#note(this.#judge(name, bytes, start, end, this.output), bytes, start, end);
  }

  /** A server that fails may write its error as it would have outside a stream; any other JSON is unexpected output. */
  onBareJson(bytes: Buffer, start: number, end: number): void {
    this.#note(isErrorBody(bytes.toString('utf8', start, end)) ? 'error' : 'output', bytes, start, end);
  }

  #note(sight: Sight, bytes: Buffer, start: number, end: number): void {
    switch (sight) {
      case 'preamble':
        return;
      case 'output':
        this.output = true;
        return;
      case 'end':
        this.output = true;
        this.complete = true;
        return;
      case 'failed':
        this.complete = true;
        break;
      case 'error':
        break;
    }
    this.error ??= bytes.toString('utf8', start, end);
  }
}
