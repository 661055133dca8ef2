import { awsExceptionFrame } from '../../dialects/errors/aws-exception-frame.ts';
import { clientErrorEvent, clientErrorLine } from '../../dialects/errors/client-error.ts';
import type { ClientError } from '../../dialects/errors/client-error.ts';
import { awsException } from '../../dialects/errors/vendor-error.ts';
import type { StreamForm } from '../../dialects/watch/watch-answer.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import type { Sink } from '../../upstream/exchange.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { BrokenStream, StreamBody, StreamEnd } from './answer.ts';
import { failureOfStream } from './client-failure.ts';
import { NumberedSink } from './numbered-sink.ts';
import type { ServeTrace } from './serve-trace.ts';
import { translateStream } from './translate-answer.ts';

/** A provider's bytes as they come. */
export class RelayedBody implements StreamBody {
  readonly kind = 'stream';
  readonly isEvents: boolean;
  readonly #attempt: Attempt;
  readonly #form: StreamForm | undefined;
  readonly #trace: ServeTrace;

  /** @param form - of a stream, undefined for any other answer */
  constructor(attempt: Attempt, form: StreamForm | undefined, trace: ServeTrace) {
    this.#attempt = attempt;
    this.#form = form;
    this.isEvents = form === 'events';
    this.#trace = trace;
  }

  async relay(sink: Sink): Promise<StreamEnd> {
    const attempt = this.#attempt;
    const isNumbered = this.isEvents && attempt.dialect === 'openai-responses';
    const numbered = isNumbered ? new NumberedSink(sink) : undefined;
    const hasEnd = await attempt.relay(numbered ?? sink);
    this.#trace.show(attempt);
    const writeError =
      numbered === undefined
        ? this.#errorWriter()
        : (error: ClientError) => clientErrorEvent('openai-responses', error, numbered.next);
    return streamEnd(attempt, hasEnd, { isMidEvent: this.isEvents && attempt.isMidFrame, writeError });
  }

  /** What ends a stream of frames that are no events. Half a binary frame cannot be ended. */
  #errorWriter(): BrokenStream['writeError'] {
    const { errorForm, isMidFrame } = this.#attempt;
    switch (this.#form) {
      case 'lines':
        return (error) => (isMidFrame ? '\n' : '') + clientErrorLine(errorForm, error);
      case 'frames':
        return isMidFrame ? undefined : (error) => awsExceptionFrame(awsException(error), error.message);
      case 'events':
      case undefined:
        return undefined;
    }
  }

  discard(): void {
    this.#attempt.abandon();
  }
}

/** What a translator makes of a provider's answer, as it comes. */
export class TranslatedBody implements StreamBody {
  readonly kind = 'stream';
  readonly isEvents: boolean;
  readonly #attempt: Attempt;
  readonly #translator: ResponseTranslator;
  /** Counts what is held of it. */
  readonly #memory: MemoryMeter | undefined;
  readonly #trace: ServeTrace;

  constructor(
    attempt: Attempt,
    translator: ResponseTranslator,
    more: {
      readonly isEvents: boolean;
      readonly memory: MemoryMeter | undefined;
      readonly trace: ServeTrace;
    },
  ) {
    this.#attempt = attempt;
    this.#translator = translator;
    this.isEvents = more.isEvents;
    this.#memory = more.memory;
    this.#trace = more.trace;
  }

  async relay(sink: Sink): Promise<StreamEnd> {
    const attempt = this.#attempt;
    const hasEnd = await translateStream(attempt, this.#translator, sink, this.#memory);
    this.#trace.show(attempt);
    // Where the provider's type stays, its bytes do as well.
    const isMidEvent = this.#translator.contentType === undefined && attempt.isMidFrame;
    const writeError = this.#translator.writeError?.bind(this.#translator);
    return streamEnd(attempt, hasEnd, { isMidEvent, writeError });
  }

  discard(): void {
    this.#attempt.abandon();
  }
}

const COMPLETE: StreamEnd = { kind: 'complete' };
const ERROR_RELAYED: StreamEnd = { kind: 'error-relayed' };
const CANCELLED: StreamEnd = { kind: 'cancelled' };

function streamEnd(
  attempt: Attempt,
  hasEnd: boolean,
  broken: Pick<BrokenStream, 'isMidEvent' | 'writeError'>,
): StreamEnd {
  if (hasEnd) return attempt.verdict.class === 'ok' ? COMPLETE : ERROR_RELAYED;
  if (attempt.cancelled) return CANCELLED;
  return { kind: 'broken', ...broken, failure: failureOfStream(attempt) };
}
