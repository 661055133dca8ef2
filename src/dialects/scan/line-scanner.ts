import { BoundedBuffer } from './bounded-buffer.ts';
import { isSpace } from './json-walk.ts';
import { MAX_FRAME_BYTES } from './sse-scanner.ts';
import type { FrameSink } from './sse-scanner.ts';

const LF = 0x0a;

/**
 * Finds the frames of a stream of JSON lines (github.com/ndjson/ndjson-spec) in chunks that may be cut anywhere. A line that
 * the end of a chunk has cut is buffered, up to a bound, until the rest has come.
 */
export class LineScanner {
  readonly #sink: FrameSink;
  readonly #line = new BoundedBuffer(MAX_FRAME_BYTES);

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @returns the offset behind the last line that ended in this chunk; 0 where none did */
  read(chunk: Buffer): number {
    let at = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      if (this.#line.length === 0) this.#endLine(chunk, at, end);
      else {
        this.#line.append(chunk, at, end);
        this.end();
      }
      at = end + 1;
    }
    this.#line.append(chunk, at, chunk.length);
    return at;
  }

  /** The stream ended: a line that nothing has ended is passed on too. */
  end(): void {
    this.#endLine(this.#line.bytes, 0, this.#line.length);
    this.#line.clear();
  }

  #endLine(bytes: Buffer, start: number, lineEnd: number): void {
    let end = lineEnd;
    while (end > start && isSpace(bytes[end - 1])) end--;
    if (end > start) this.#sink.onFrame('', bytes, start, Math.min(end, start + MAX_FRAME_BYTES));
  }
}
