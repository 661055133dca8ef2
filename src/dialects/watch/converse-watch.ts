import type { ResponseWatch } from '../../upstream/response-watch.ts';
import { AwsFrameScanner } from '../scan/aws-frame-scanner.ts';
import type { AwsFrameSink } from '../scan/aws-frame-scanner.ts';
import { asObject, isPresent, parseObject } from '../../base/json.ts';

/** What a provider says its event stream is. */
export const AWS_EVENT_STREAM = 'application/vnd.amazon.eventstream';

/**
 * Reads the answer of Bedrock's Converse frame by frame. It is whole with `messageStop`; `metadata`, which
 * follows, has the usage alone. docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export class ConverseWatch implements ResponseWatch, AwsFrameSink {
  hasOutput = false;
  error: string | undefined;
  isComplete = false;
  isEmpty = false;
  readonly #scanner = new AwsFrameScanner(this);

  read(chunk: Buffer): number {
    return this.#scanner.read(chunk);
  }

  /** A frame that is not whole says nothing. */
  end(): boolean {
    return false;
  }

  onFrame(headers: ReadonlyMap<string, string>, bytes: Buffer, start: number, end: number): void {
    const payload = (): string => bytes.toString('utf8', start, end);
    const type = headers.get(':event-type') ?? '';
    switch (headers.get(':message-type')) {
      case 'exception':
        this.error ??= exceptionText(headers.get(':exception-type') ?? '', payload());
        return;
      case 'error':
        this.error ??= JSON.stringify({
          __type: headers.get(':error-code') ?? '',
          message: headers.get(':error-message') ?? '',
        });
        return;
      default:
        if (type.endsWith('Exception')) this.error ??= exceptionText(type, payload());
        else if (type === 'messageStop') {
          this.isComplete = true;
          this.isEmpty = !this.hasOutput;
        }
        this.hasOutput ||= this.isComplete || showsOutput(type, payload);
    }
  }
}

/** The exception as AWS writes it into plain answers: its name beside its message. */
function exceptionText(name: string, payload: string): string {
  return JSON.stringify({ __type: name, ...(parseObject(payload) ?? { message: payload }) });
}

/** What is too long to be read says something. */
function showsOutput(type: string, payload: () => string): boolean {
  if (type !== 'contentBlockStart' && type !== 'contentBlockDelta') return false;
  const event = parseObject(payload());
  if (event === undefined) return true;
  const said = asObject(event[type === 'contentBlockStart' ? 'start' : 'delta']) ?? {};
  return Object.values(said).some(isPresent);
}
