import { crc32 } from 'node:zlib';
import { BoundedBuffer } from './bounded-buffer.ts';

/** Is called with each frame as it ends. */
export interface AwsFrameSink {
  /**
   * @param headers by their names, those that are strings
   * @param bytes where `start` to `end` is the payload, perhaps cut short; valid only during the call
   */
  onFrame(headers: ReadonlyMap<string, string>, bytes: Buffer, start: number, end: number): void;
}

/*
 * A frame of `application/vnd.amazon.eventstream`: its length, the length of its headers and a checksum of both;
 * headers; payload; a checksum of all. Numbers are 32 bits, the most significant byte first.
 * smithy.io/2.0/aws/amazon-eventstream.html, which bounds headers and payload as well.
 */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const MAX_HEADER_BYTES = 128 * 1024;
const MAX_FRAME_BYTES = 24 * 1024 * 1024 + MAX_HEADER_BYTES + PRELUDE_BYTES + CHECKSUM_BYTES;
/** A frame is cut after this. Bytes. */
const MAX_HELD_BYTES = 256 * 1024;

/**
 * Finds the frames of an AWS event stream in chunks that may be cut anywhere. An incomplete frame is buffered, up to a bound,
 * until the rest has come. After an invalid prelude no frame can be found any more.
 */
export class AwsFrameScanner {
  readonly #sink: AwsFrameSink;
  readonly #held = new BoundedBuffer(MAX_HELD_BYTES);
  /** The length of the current frame, and how much of it is missing. 0 before its prelude is complete. */
  #frameBytes = 0;
  #missingBytes = 0;
  #isLost = false;

  constructor(sink: AwsFrameSink) {
    this.#sink = sink;
  }

  /** Whether the stream so far ends in half a frame, or in what is none. */
  get isMidFrame(): boolean {
    return this.#held.length > 0 || this.#isLost;
  }

  /** @returns the offset behind the last frame that ended in this chunk; 0 where none did */
  read(chunk: Buffer): number {
    let at = 0;
    let boundary = 0;
    while (at < chunk.length && !this.#isLost) {
      if (this.#frameBytes === 0) {
        const end = Math.min(chunk.length, at + PRELUDE_BYTES - this.#held.length);
        this.#held.append(chunk, at, end);
        at = end;
        if (this.#held.length === PRELUDE_BYTES) this.#readPrelude();
        continue;
      }
      const end = Math.min(chunk.length, at + this.#missingBytes);
      this.#held.append(chunk, at, end);
      this.#missingBytes -= end - at;
      at = end;
      if (this.#missingBytes > 0) continue;
      this.#endFrame();
      boundary = at;
    }
    return boundary;
  }

  #readPrelude(): void {
    const { bytes } = this.#held;
    const frameBytes = bytes.readUInt32BE(0);
    const room = frameBytes - PRELUDE_BYTES - CHECKSUM_BYTES;
    const headerBytes = bytes.readUInt32BE(4);
    const isPrelude =
      frameBytes <= MAX_FRAME_BYTES &&
      headerBytes <= Math.min(room, MAX_HEADER_BYTES) &&
      crc32(bytes.subarray(0, 8)) === bytes.readUInt32BE(8);
    if (!isPrelude) this.#isLost = true;
    this.#frameBytes = frameBytes;
    this.#missingBytes = frameBytes - PRELUDE_BYTES;
  }

  #endFrame(): void {
    const { bytes, length } = this.#held;
    const start = PRELUDE_BYTES + bytes.readUInt32BE(4);
    const end = Math.min(length, this.#frameBytes - CHECKSUM_BYTES);
    this.#frameBytes = 0;
    this.#sink.onFrame(headersIn(bytes.subarray(PRELUDE_BYTES, start)), bytes, start, end);
    this.#held.clear();
  }
}

const TEXT = 7;
const BYTES = 6;
/** The length of a header's value, by the number of its type. */
const VALUE_BYTES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/** The headers before the first that cannot be read: where the next one begins is unknown then. */
function headersIn(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd];
    const name = bytes.toString('latin1', at + 1, nameEnd);
    at = nameEnd + 1;
    if (type === TEXT || type === BYTES) {
      if (at + 2 > bytes.length) break;
      const end = at + 2 + bytes.readUInt16BE(at);
      if (type === TEXT) headers.set(name, bytes.toString('utf8', at + 2, end));
      at = end;
      continue;
    }
    const length = type === undefined ? undefined : VALUE_BYTES[type];
    if (length === undefined) break;
    at += length;
  }
  return headers;
}
