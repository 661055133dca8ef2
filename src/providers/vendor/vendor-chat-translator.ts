import { parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { isErrorObject } from '../../dialects/watch/error-bodies.ts';
import { MAX_FRAME_BYTES, SseScanner } from '../../dialects/scan/sse-scanner.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { ResponseTranslator, StreamTranslator } from '../../translate/response-translator.ts';
import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import { MAX_CONVERTED_BYTES } from '../../translate/convertible-body.ts';
import { ChunkBuffer } from '../../base/chunk-buffer.ts';
import type { ChatWriter, Piece } from './chat-writer.ts';

/** Bound of a whole response that becomes a stream. Bytes. */
const MAX_WHOLE_BYTES = MAX_CONVERTED_BYTES;

/** Reads one response of a vendor. */
export interface VendorResponseReader {
  /** A whole response. Throws a `TranslationError` where it is not what it should be. */
  readWhole(body: Json): readonly Piece[];
  /** A frame of a stream; undefined or empty where it holds nothing for the client. Throws as `readWhole` does. */
  readFrame(name: string, data: Json): Piece | readonly Piece[] | undefined;
  /** Whether its streams have no end marker. */
  readonly endsByClosing?: boolean;
}

/**
 * Translates the responses of a vendor with an API of its own to chat completions. What the client requested and what the
 * vendor sends may differ: a stream can become a whole response, and a whole response a stream.
 */
export class VendorChatTranslator implements ResponseTranslator {
  readonly contentType: string;
  readonly maxWholeBytes = MAX_CONVERTED_BYTES;
  readonly dropped: readonly string[];
  readonly #reader: VendorResponseReader;
  readonly #writer: ChatWriter;

  /**
   * @param stream whether the client requested a stream
   * @param dropped fields of its request that were dropped
   */
  constructor(reader: VendorResponseReader, writer: ChatWriter, stream: boolean, dropped: readonly string[]) {
    this.dropped = dropped;
    this.#reader = reader;
    this.#writer = writer;
    this.contentType = stream ? 'text/event-stream' : 'application/json';
  }

  async translateWhole(_status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    const pieces = isStream(headers) ? this.#collect(body) : this.#reader.readWhole(objectIn(body));
    return Buffer.from(JSON.stringify(this.#writer.completion(pieces)));
  }

  translateStream(headers: ResponseHeaders, out: Sink): StreamTranslator {
    return isStream(headers)
      ? new FrameStreamTranslator(this.#reader, this.#writer, out)
      : new BufferedStreamTranslator(this.#reader, this.#writer, out);
  }

  drop(): void {}

  #collect(body: Buffer): Piece[] {
    const pieces: Piece[] = [];
    const frames = new FrameReader(this.#reader, (piece) => pieces.push(piece));
    frames.read(body);
    frames.end();
    if (!frames.isWhole) throw new TranslationError('the stream has no end');
    return pieces;
  }
}

/** Reads the frames of a stream into pieces. */
class FrameReader {
  readonly #scanner: SseScanner;
  readonly #endsByClosing: boolean;
  #hasEnd = false;
  #hasFailed = false;

  constructor(reader: VendorResponseReader, onPiece: (piece: Piece) => void) {
    this.#endsByClosing = reader.endsByClosing === true;
    this.#scanner = new SseScanner({
      onFrame: (name, bytes, start, end) => {
        const data = parseObject(bytes.toString('utf8', start, end));
        if (data === undefined) {
          // The scanner cut it short: part of the response is missing.
          if (end - start >= MAX_FRAME_BYTES) this.#hasFailed = true;
          return;
        }
        if (isErrorObject(data)) this.#hasFailed = true;
        const read = this.#read(() => reader.readFrame(name, data)) ?? [];
        for (const piece of [read].flat()) {
          this.#hasEnd ||= piece.isEnd === true;
          onPiece(piece);
        }
      },
      onBareJson: () => {
        this.#hasFailed = true;
      },
    });
  }

  get isWhole(): boolean {
    return !this.#hasFailed && (this.#hasEnd || this.#endsByClosing);
  }

  read(chunk: Buffer): void {
    this.#scanner.read(chunk);
  }

  end(): void {
    this.#scanner.end();
  }

  #read(
    read: () => ReturnType<VendorResponseReader['readFrame']>,
  ): ReturnType<VendorResponseReader['readFrame']> {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TranslationError)) throw error;
      this.#hasFailed = true;
      return undefined;
    }
  }
}

/** Frames of the vendor's, each of which becomes one of the client's. */
class FrameStreamTranslator implements StreamTranslator {
  readonly #frames: FrameReader;
  readonly #writer: ChatWriter;
  readonly #out: Sink;
  #isFree = true;

  constructor(reader: VendorResponseReader, writer: ChatWriter, out: Sink) {
    this.#writer = writer;
    this.#out = out;
    this.#frames = new FrameReader(reader, (piece) => this.#write(writer.chunk(piece)));
  }

  write(chunk: Buffer): boolean {
    this.#isFree = true;
    this.#frames.read(chunk);
    return this.#isFree;
  }

  onDrain(resume: () => void): void {
    this.#out.onDrain(resume);
  }

  end(): Promise<boolean> {
    this.#frames.end();
    if (this.#frames.isWhole) this.#write(this.#writer.end());
    return Promise.resolve(this.#frames.isWhole);
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }

  #write(text: string): void {
    if (text !== '' && !this.#out.write(Buffer.from(text))) this.#isFree = false;
  }
}

/** A whole response, which becomes a stream once it is complete. */
class BufferedStreamTranslator implements StreamTranslator {
  readonly #reader: VendorResponseReader;
  readonly #writer: ChatWriter;
  readonly #out: Sink;
  readonly #pieces = new ChunkBuffer();
  #length = 0;

  constructor(reader: VendorResponseReader, writer: ChatWriter, out: Sink) {
    this.#reader = reader;
    this.#writer = writer;
    this.#out = out;
  }

  write(chunk: Buffer): boolean {
    this.#length += chunk.length;
    if (this.#length <= MAX_WHOLE_BYTES) this.#pieces.push(chunk);
    return true;
  }

  onDrain(resume: () => void): void {
    resume();
  }

  end(): Promise<boolean> {
    const text = this.#translated();
    if (text !== undefined) this.#out.write(Buffer.from(text));
    return Promise.resolve(text !== undefined);
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }

  #translated(): string | undefined {
    if (this.#length > MAX_WHOLE_BYTES) return undefined;
    try {
      const pieces = this.#reader.readWhole(objectIn(this.#pieces.all()));
      return pieces.map((piece) => this.#writer.chunk(piece)).join('') + this.#writer.end();
    } catch (error) {
      if (error instanceof TranslationError) return undefined;
      throw error;
    }
  }
}

function objectIn(body: Buffer): Json {
  const value = parseObject(body.toString());
  if (value === undefined) throw new TranslationError('the answer is not a JSON object');
  return value;
}

function isStream(headers: ResponseHeaders): boolean {
  return String(headers['content-type'] ?? '').startsWith('text/event-stream');
}
