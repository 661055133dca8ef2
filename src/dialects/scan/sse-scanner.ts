import { BoundedBuffer } from './bounded-buffer.ts';
import { bomEnd } from './json-walk.ts';

/** Is called with each frame as it ends. The bytes are valid only during the call. */
export interface FrameSink {
  /**
   * A frame with data.
   * @param name of the event; empty where the frame names none
   * @param bytes where `start` to `end` is the data: lines joined by LF, cut after `MAX_FRAME_BYTES`
   */
  onFrame(name: string, bytes: Buffer, start: number, end: number): void;

  /** Lines that begin like JSON and are no event: some servers write errors so. */
  onBareJson(bytes: Buffer, start: number, end: number): void;
}

/** A frame's data is cut after this: the beginning of an image of megabytes is enough. Bytes. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** With the name of the field before the data. */
const MAX_LINE_BYTES = MAX_FRAME_BYTES + 64;
const MAX_NAME_BYTES = 128;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const LOWER_D = 0x64;
const LOWER_E = 0x65;
const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');
const LINE_END = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);

/**
 * Finds the frames of an event stream (WHATWG HTML, "Server-sent events") in chunks that may be cut anywhere. Each byte is
 * read once; an incomplete line or frame is buffered, up to a bound, until the rest has come. Of the fields it reads `event`
 * and `data`.
 *
 * A CR at the end of a chunk ends its line when the next byte is known, which may be its LF.
 */
export class SseScanner {
  readonly #sink: FrameSink;
  /** The beginning of a line that the end of a chunk has cut. */
  readonly #line = new BoundedBuffer(MAX_LINE_BYTES);
  /** The data of the current frame: a copy, or a part of `#dataIn` where all of it is in the current chunk. */
  readonly #held = new BoundedBuffer(MAX_FRAME_BYTES);
  #dataIn: Buffer | undefined;
  #dataStart = 0;
  #dataEnd = 0;
  #content: 'none' | 'data' | 'bare' = 'none';
  #name = '';
  #endedByCr = false;
  #first = true;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @returns the offset behind the last frame that ended in this chunk; 0 where none did */
  read(chunk: Buffer): number {
    if (chunk.length === 0) return 0;
    let at = 0;
    let boundary = 0;
    if (this.#endedByCr) {
      this.#endedByCr = false;
      if (chunk[0] === LF) at = 1;
      if (this.#endLine(NOTHING, 0, 0)) boundary = at;
    }
    let cr = chunk.indexOf(CR, at);
    let lf = chunk.indexOf(LF, at);
    while (cr >= 0 || lf >= 0) {
      const end = cr >= 0 && (lf < 0 || cr < lf) ? cr : lf;
      if (end === chunk.length - 1 && end === cr) break;
      const next = end === cr && lf === cr + 1 ? end + 2 : end + 1;
      if (this.#endLine(chunk, at, end)) boundary = next;
      at = next;
      if (cr >= 0 && cr < at) cr = chunk.indexOf(CR, at);
      if (lf >= 0 && lf < at) lf = chunk.indexOf(LF, at);
    }
    this.#endedByCr = cr >= 0;
    this.#holdData();
    this.#line.append(chunk, at, this.#endedByCr ? cr : chunk.length);
    return boundary;
  }

  /** The stream ended: a frame that no empty line has ended is passed on too. */
  end(): void {
    if (this.#endedByCr || this.#line.length > 0) this.#endLine(NOTHING, 0, 0);
    this.#endFrame();
  }

  /** @returns whether the line was empty and thus ended a frame */
  #endLine(bytes: Buffer, start: number, end: number): boolean {
    if (this.#line.length === 0) return this.#readLine(bytes, start, end);
    this.#line.append(bytes, start, end);
    const ended = this.#readLine(this.#line.bytes, 0, this.#line.length);
    // The data may be a part of the line that is released here.
    this.#holdData();
    this.#line.clear();
    return ended;
  }

  #readLine(bytes: Buffer, lineStart: number, end: number): boolean {
    let start = lineStart;
    if (this.#first) {
      this.#first = false;
      start = bomEnd(bytes, start);
    }
    if (start >= end) {
      this.#endFrame();
      return true;
    }
    const first = bytes[start];
    if (first === LOWER_D && isField(bytes, start, end, DATA)) {
      this.#add('data', bytes, valueStart(bytes, start + DATA.length, end), end);
    } else if (first === LOWER_E && isField(bytes, start, end, EVENT)) {
      const value = valueStart(bytes, start + EVENT.length, end);
      this.#name = bytes.toString('latin1', value, Math.min(end, value + MAX_NAME_BYTES));
    } else if (this.#content === 'bare') {
      this.#add('bare', bytes, start, end);
    } else if (this.#content === 'none' && (first === OPEN_BRACE || first === OPEN_BRACKET)) {
      this.#add('bare', bytes, start, end);
    }
    return false;
  }

  #add(content: 'data' | 'bare', bytes: Buffer, start: number, end: number): void {
    if (this.#content !== content && this.#content !== 'none') this.#endFrame();
    if (this.#content === 'none') {
      this.#content = content;
      this.#dataIn = bytes;
      this.#dataStart = start;
      this.#dataEnd = Math.min(end, start + MAX_FRAME_BYTES);
      return;
    }
    this.#holdData();
    this.#held.append(LINE_END, 0, 1);
    this.#held.append(bytes, start, end);
  }

  /** Copies the data of the current frame before the bytes that hold it become invalid. */
  #holdData(): void {
    if (this.#dataIn === undefined) return;
    this.#held.append(this.#dataIn, this.#dataStart, this.#dataEnd);
    this.#dataIn = undefined;
  }

  #endFrame(): void {
    const content = this.#content;
    const name = this.#name;
    this.#content = 'none';
    this.#name = '';
    if (content === 'none') return;
    const inChunk = this.#dataIn !== undefined;
    const bytes = this.#dataIn ?? this.#held.bytes;
    const start = inChunk ? this.#dataStart : 0;
    const end = inChunk ? this.#dataEnd : this.#held.length;
    if (content === 'data') this.#sink.onFrame(name, bytes, start, end);
    else this.#sink.onBareJson(bytes, start, end);
    this.#dataIn = undefined;
    this.#held.clear();
  }
}

/** Whether the field of a line is `name`, which ends at a colon or with the line. */
function isField(line: Buffer, start: number, end: number, name: Buffer): boolean {
  const nameEnd = start + name.length;
  if (nameEnd > end || (nameEnd < end && line[nameEnd] !== COLON)) return false;
  for (let at = 0; at < name.length; at++) if (line[start + at] !== name[at]) return false;
  return true;
}

/** The offset behind the colon and the one space that may follow it. */
function valueStart(line: Buffer, colon: number, end: number): number {
  if (colon >= end) return end;
  return line[colon + 1] === SPACE && colon + 1 < end ? colon + 2 : colon + 1;
}
