import { isError, parseObject } from '../../dialects/frame-judge.ts';
import { MAX_FRAME_BYTES, SseScanner } from '../../dialects/sse-scanner.ts';
import type { Json } from '../../translate/asked.ts';
import { RetellingError } from '../../translate/retelling.ts';
import type { Retelling, StreamRetelling } from '../../translate/retelling.ts';
import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import { Pieces } from '../../upstream/pieces.ts';
import type { ChatWriter, Piece } from './chat-writer.ts';

/** An answer that is all there is not longer, where a stream has to be made of it. Bytes. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

/** Reads one answer of a provider. Made with the request, and good for one answer. */
export interface AnswerReader {
  /** An answer that is all there. Throws a `RetellingError` where it is not what it should be. */
  whole(body: Json): readonly Piece[];
  /** A frame of a stream; undefined where it says nothing to a client. Throws as `whole` does. */
  frame(name: string, data: Json): Piece | undefined;
  /** Whether its streams have no end but that of the connection. */
  readonly endsByClosing?: boolean;
}

/**
 * Retells the answers of a provider with an API of its own as chat completions. What the client asked for and
 * what the provider sends may differ: a stream can become one answer, and one answer a stream.
 */
export class ChatRetelling implements Retelling {
  readonly contentType: string;
  readonly dropped: readonly string[];
  readonly #reader: AnswerReader;
  readonly #writer: ChatWriter;

  /**
   * @param stream what the client asked for
   * @param dropped fields of its request that were left out
   */
  constructor(reader: AnswerReader, writer: ChatWriter, stream: boolean, dropped: readonly string[]) {
    this.dropped = dropped;
    this.#reader = reader;
    this.#writer = writer;
    this.contentType = stream ? 'text/event-stream' : 'application/json';
  }

  async whole(_status: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    const pieces = isStream(headers) ? this.#collect(body) : this.#reader.whole(objectIn(body));
    return Buffer.from(JSON.stringify(this.#writer.whole(pieces)));
  }

  stream(headers: ResponseHeaders, out: Sink): StreamRetelling {
    return isStream(headers)
      ? new FramesRetold(this.#reader, this.#writer, out)
      : new WholeRetold(this.#reader, this.#writer, out);
  }

  drop(): void {
    // Nothing waits for the answer.
  }

  #collect(body: Buffer): Piece[] {
    const pieces: Piece[] = [];
    const frames = new Frames(this.#reader, (piece) => pieces.push(piece));
    frames.read(body);
    frames.end();
    if (!frames.isWhole) throw new RetellingError('the stream has no end');
    return pieces;
  }
}

/** Reads the frames of a stream into pieces. */
class Frames {
  readonly #scanner: SseScanner;
  readonly #endsByClosing: boolean;
  #hasEnd = false;
  #hasFailed = false;

  constructor(reader: AnswerReader, onPiece: (piece: Piece) => void) {
    this.#endsByClosing = reader.endsByClosing === true;
    this.#scanner = new SseScanner({
      onFrame: (name, bytes, start, end) => {
        const data = parseObject(bytes.toString('utf8', start, end));
        if (data === undefined) {
          // Cut short it cannot be read, and something would be missing.
          if (end - start >= MAX_FRAME_BYTES) this.#hasFailed = true;
          return;
        }
        if (isError(data)) this.#hasFailed = true;
        const piece = this.#read(() => reader.frame(name, data));
        if (piece === undefined) return;
        this.#hasEnd ||= piece.isEnd === true;
        onPiece(piece);
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

  #read(read: () => Piece | undefined): Piece | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RetellingError)) throw error;
      this.#hasFailed = true;
      return undefined;
    }
  }
}

/** Frames of the provider's, each of which becomes one of the client's. */
class FramesRetold implements StreamRetelling {
  readonly #frames: Frames;
  readonly #writer: ChatWriter;
  readonly #out: Sink;
  #isFree = true;

  constructor(reader: AnswerReader, writer: ChatWriter, out: Sink) {
    this.#writer = writer;
    this.#out = out;
    this.#frames = new Frames(reader, (piece) => this.#tell(writer.piece(piece)));
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
    if (this.#frames.isWhole) this.#tell(this.#writer.end());
    return Promise.resolve(this.#frames.isWhole);
  }

  breakOff(): Promise<void> {
    return Promise.resolve();
  }

  #tell(text: string): void {
    if (text !== '' && !this.#out.write(Buffer.from(text))) this.#isFree = false;
  }
}

/** One answer, which becomes a stream when it is all there. */
class WholeRetold implements StreamRetelling {
  readonly #reader: AnswerReader;
  readonly #writer: ChatWriter;
  readonly #out: Sink;
  readonly #pieces = new Pieces();
  #length = 0;

  constructor(reader: AnswerReader, writer: ChatWriter, out: Sink) {
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
    const told = this.#told();
    if (told !== undefined) this.#out.write(Buffer.from(told));
    return Promise.resolve(told !== undefined);
  }

  breakOff(): Promise<void> {
    return Promise.resolve();
  }

  #told(): string | undefined {
    if (this.#length > MAX_WHOLE_BYTES) return undefined;
    try {
      const pieces = this.#reader.whole(objectIn(this.#pieces.all()));
      return pieces.map((piece) => this.#writer.piece(piece)).join('') + this.#writer.end();
    } catch (error) {
      if (error instanceof RetellingError) return undefined;
      throw error;
    }
  }
}

function objectIn(body: Buffer): Json {
  const value = parseObject(body.toString());
  if (value === undefined) throw new RetellingError('the answer is not a JSON object');
  return value;
}

function isStream(headers: ResponseHeaders): boolean {
  return String(headers['content-type'] ?? '').startsWith('text/event-stream');
}
