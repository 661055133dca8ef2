import type { Call } from '../../dialects/operations/call.ts';
import { clientErrorBody } from '../../dialects/errors/client-error.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { headerText } from '../../upstream/exchange.ts';
import { streamFormOf } from '../../dialects/watch/watch-answer.ts';
import { ProviderAnswer } from './answer.ts';
import type { Answer, ProviderError, StreamBody, WholeBody } from './answer.ts';
import { codeOfBreak } from './client-failure.ts';
import type { BodyOpening, VisibleError } from './client-failure.ts';
import { answerHeaders, droppedHeader, withContentType } from './answer-headers.ts';
import type { ServeTrace } from './serve-trace.ts';
import { RelayedBody, TranslatedBody } from './stream-bodies.ts';
import { translateWhole } from './translate-answer.ts';

/** Whom an answer is for. */
export interface AnswerContext {
  /** As the client sent it. */
  readonly call: Call;
  readonly trace: ServeTrace;
}

/** What passed the commit gate. */
export interface AcceptedAnswer {
  readonly attempt: Attempt;
  /** Makes it the client's; undefined where it is so as it is. */
  readonly translator: ResponseTranslator | undefined;
  /** What its provider was not sent of the request, beside what a translation dropped. */
  readonly dropped: readonly string[];
}

/** Has proxies pass each event on as it comes: nginx heeds it. */
const UNBUFFERED = ['x-accel-buffering', 'no'];

/**
 * The answer that passed the commit gate, as its client gets it. A promise where all of it has to be translated first:
 * where that does not succeed it becomes a failure, since nothing has been sent yet.
 */
export function openAnswer(
  { attempt, translator, dropped }: AcceptedAnswer,
  context: AnswerContext,
): Answer | Promise<Answer> {
  const { opening } = attempt;
  switch (opening.kind) {
    case 'upgraded': {
      const { status } = opening;
      const headers = answerHeaders(attempt, opening.headers, context.trace.attempts);
      const protocol = headerText(opening.headers['upgrade']);
      const body = { kind: 'upgraded', protocol, join: attempt.join.bind(attempt) } as const;
      return new ProviderAnswer(attempt, context.call, { status, headers, body });
    }
    case 'whole':
    case 'open': {
      if (translator !== undefined)
        return translatedAnswer(attempt, opening, translator, { ...context, dropped });
      const { status } = opening;
      const headers = answerHeaders(attempt, opening.headers, context.trace.attempts);
      pushDropped(headers, dropped);
      const body = relayedBody(attempt, opening, headers, context);
      return new ProviderAnswer(attempt, context.call, { status, headers, body });
    }
    case 'fault':
    case 'cancelled':
      throw new TypeError('there is no answer to open');
  }
}

/** A provider's error, as its client gets it. */
export function openError(failure: VisibleError, context: AnswerContext): ProviderError {
  const { kind, attempt, opening, status, error, isReadable } = failure;
  const headers = answerHeaders(attempt, opening.headers, context.trace.attempts);
  if (isReadable)
    return { kind, status, headers, body: relayedBody(attempt, opening, headers, context), error };
  const bytes = Buffer.from(clientErrorBody(context.call.target.operation.errorForm, error));
  const body = { kind: 'whole', bytes, isEvents: false } as const;
  return { kind, status, headers: withContentType(headers, 'application/json'), body, error };
}

/** A provider's bytes. @param headers - to which is added what a stream needs */
function relayedBody(
  attempt: Attempt,
  opening: BodyOpening,
  headers: string[],
  { trace }: AnswerContext,
): WholeBody | StreamBody {
  const form = streamFormOf(opening.headers);
  if (opening.kind === 'whole') return { kind: 'whole', bytes: opening.body, isEvents: form === 'events' };
  if (form !== undefined) headers.push(...UNBUFFERED);
  return new RelayedBody(attempt, form, trace);
}

function translatedAnswer(
  attempt: Attempt,
  opening: BodyOpening,
  translator: ResponseTranslator,
  context: AnswerContext & Pick<AcceptedAnswer, 'dropped'>,
): Answer | Promise<Answer> {
  const contentType = translator.contentType ?? headerText(opening.headers['content-type']);
  const isEvents = contentType.startsWith('text/event-stream');
  const headers = withContentType(
    answerHeaders(attempt, opening.headers, context.trace.attempts),
    contentType,
  );
  const { dropped = [], estimated = [] } = translator;
  pushDropped(headers, [...context.dropped, ...dropped]);
  if (estimated.length > 0) headers.push('x-sparekey-estimated', estimated.join(', '));
  if (!(translator.streams ?? isEvents)) return wholeTranslated(attempt, translator, headers, context);
  headers.push(...UNBUFFERED);
  const { call, trace } = context;
  const body = new TranslatedBody(attempt, translator, { isEvents, memory: call.memory, trace });
  return new ProviderAnswer(attempt, call, { status: 200, headers, body });
}

function pushDropped(headers: string[], dropped: readonly string[]): void {
  if (dropped.length > 0) headers.push('x-sparekey-dropped', droppedHeader(dropped));
}

async function wholeTranslated(
  attempt: Attempt,
  translator: ResponseTranslator,
  headers: string[],
  { call, trace }: AnswerContext,
): Promise<Answer> {
  // Once it has been read its beginning is gone, in which there may be ids.
  const head = attempt.dialect === call.target.operation.dialect ? attempt.head : undefined;
  const translated = await translateWhole(attempt, translator, call.memory);
  trace.show(attempt);
  if (Buffer.isBuffer(translated)) {
    const body = { kind: 'whole', bytes: translated, isEvents: false } as const;
    const begun = translator.namesResources === true ? { head: translated, isNative: true } : { head };
    return new ProviderAnswer(attempt, call, { status: 200, headers, body }, begun);
  }
  if (translated !== undefined) {
    const bytes = Buffer.from(clientErrorBody(call.target.operation.dialect, translated));
    const body = { kind: 'whole', bytes, isEvents: false } as const;
    return { kind: 'provider-error', status: translated.status, headers, body, error: translated };
  }
  if (attempt.cancelled) return { kind: 'gone' };
  const attempts = ['x-sparekey-attempts', String(trace.attempts)];
  return { kind: 'gateway-error', code: codeOfBreak(attempt), headers: attempts };
}
