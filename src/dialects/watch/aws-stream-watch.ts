import { asObject, isPresent, parseObject } from '../../base/json.ts';
import type { TokenUsage } from '../../base/token-usage.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { AwsFrameScanner } from '../scan/aws-frame-scanner.ts';
import type { AwsFrameSink } from '../scan/aws-frame-scanner.ts';
import { chunkOf, InvokeChunks } from './invoke-chunks.ts';
import { memberAt, UsageNotes } from './usage-notes.ts';

/** The content type of AWS event streams. */
export const AWS_EVENT_STREAM = 'application/vnd.amazon.eventstream';

const USAGE = [Buffer.from('usage')];

/**
 * Reads the streams of Bedrock frame by frame. `messageStop` completes that of ConverseStream; `metadata` follows with the usage.
 * Events of InvokeModelWithResponseStream, called `chunk`, hold a model's own.
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export class AwsStreamWatch implements ResponseWatch, AwsFrameSink {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  readonly #scanner = new AwsFrameScanner(this);
  readonly #usage = new UsageNotes();
  #chunks: InvokeChunks | undefined;

  get usage(): TokenUsage | undefined {
    return this.#usage.read();
  }

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  /** Half a frame is never relayed. */
  end(): boolean {
    const endsWell = this.hasOutput && this.#chunks?.endsByClosing === true;
    if (endsWell && !this.#scanner.isMidFrame) this.isComplete = true;
    return false;
  }

  onFrame(headers: ReadonlyMap<string, string>, bytes: Buffer, start: number, end: number): void {
    const type = headers.get(':event-type') ?? '';
    switch (headers.get(':message-type')) {
      case 'exception':
        this.error ??= exceptionText(
          headers.get(':exception-type') ?? '',
          bytes.toString('utf8', start, end),
        );
        return;
      case 'error':
        this.error ??= JSON.stringify({
          __type: headers.get(':error-code') ?? '',
          message: headers.get(':error-message') ?? '',
        });
        return;
      default:
        if (type.endsWith('Exception'))
          this.error ??= exceptionText(type, bytes.toString('utf8', start, end));
        else if (type === 'chunk') this.#onChunk(bytes, start, end);
        else if (type === 'messageStop') this.#complete();
        else if (type === 'metadata') this.#usage.keep(bytes, memberAt(bytes, start, USAGE), end);
        else this.hasOutput ||= showsOutput(type, bytes, start, end);
    }
  }

  #onChunk(bytes: Buffer, start: number, end: number): void {
    const data = chunkOf(bytes, start, end);
    const chunks = (this.#chunks ??= new InvokeChunks());
    // What the scanner's bound has cut is output.
    const kind = data === undefined ? 'output' : chunks.classify(data, this.hasOutput, this.#usage);
    switch (kind) {
      case 'ignored':
      case 'preamble':
        return;
      case 'output':
        this.hasOutput = true;
        return;
      case 'empty':
        this.isEmpty = !this.hasOutput;
        this.hasOutput = true;
        return;
      case 'end':
        this.hasOutput = true;
        this.isComplete = true;
        return;
      case 'empty-end':
      case 'end-marker':
        this.#complete();
        return;
      case 'failed':
      case 'error':
        this.error ??= data?.toString();
    }
  }

  #complete(): void {
    this.isComplete = true;
    this.isEmpty = !this.hasOutput || this.isEmpty;
    this.hasOutput = true;
  }
}

/** The exception as AWS writes it into JSON answers: its name beside its message. */
function exceptionText(name: string, payload: string): string {
  return JSON.stringify({ __type: name, ...(parseObject(payload) ?? { message: payload }) });
}

/** Whether an event holds output. One that does not parse was cut by the scanner's bound, and does. */
function showsOutput(type: string, bytes: Buffer, start: number, end: number): boolean {
  if (type !== 'contentBlockStart' && type !== 'contentBlockDelta') return false;
  const event = parseObject(bytes.toString('utf8', start, end));
  if (event === undefined) return true;
  const content = asObject(event[type === 'contentBlockStart' ? 'start' : 'delta']) ?? {};
  return Object.values(content).some(isPresent);
}
