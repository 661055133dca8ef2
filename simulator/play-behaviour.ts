import type { Answer, Events, StreamAnswer } from './answer.ts';
import type {
  AnswerBehaviour,
  Behaviour,
  ErrorEventBehaviour,
  RateLimitedBehaviour,
  StallPoint,
  StatusBehaviour,
} from './behaviour.ts';
import type { ResponseWriter } from './response-writer.ts';
import type { VendorErrors } from './vendor-errors/vendor-errors.ts';

/** The request a behaviour is played to. */
export interface RequestContext {
  /** Of the vendor whose surface was called. */
  readonly errors: VendorErrors;
  readonly key: string;
  readonly organization: string;
  readonly model: string | undefined;
  /** What is left of the behaviour's `forMs`; undefined where it has none. */
  readonly remainingMs: number | undefined;
  /** Carries the request out and returns the right answer to it. Not called by behaviours that refuse it. */
  readonly prepare: (chunks?: number) => Answer;
}

type PreparedAnswer = Exclude<Answer, { kind: 'refusal' }>;

/** Plays a behaviour to a request; resolves when it has nothing more to do, which for a hang is at once. */
export async function playBehaviour(
  behaviour: Behaviour,
  writer: ResponseWriter,
  context: RequestContext,
): Promise<void> {
  const { errors } = context;
  switch (behaviour.kind) {
    case 'invalid-key':
      return writer.refuse(errors.invalidKey(context.key));
    case 'rate-limited':
      return rateLimit(behaviour, writer, context);
    case 'out-of-credit':
      return writer.refuse(errors.outOfCredit);
    case 'server-error':
      return writer.refuse(errors.serverError(behaviour.status ?? 500));
    case 'overloaded':
      return writer.refuse(errors.overloaded);
    case 'model-denied':
      return writer.refuse(errors.modelNotFound(context.model ?? behaviour.models.join(', ')));
    case 'bad-request':
      return writer.refuse(errors.contextTooLong);
    case 'html-502':
      return writer.answer(502, { 'content-type': 'text/html' }, BAD_GATEWAY);
    case 'status':
      return answerStatus(behaviour, writer);
    case 'error-200':
      return writer.answerJson(200, errors.embedded(behaviour.error));
    case 'answer':
    case 'slow-first-output':
    case 'hang':
    case 'cut':
    case 'truncate':
    case 'error-event':
    case 'empty-stream':
    case 'refuse':
      return playAnswer(behaviour, writer, context);
  }
}

type AnswerLike = Extract<
  Behaviour,
  {
    kind:
      | 'answer'
      | 'slow-first-output'
      | 'hang'
      | 'cut'
      | 'truncate'
      | 'error-event'
      | 'empty-stream'
      | 'refuse';
  }
>;

/** Behaviours that act on the request before they go wrong, if they do. */
async function playAnswer(
  behaviour: AnswerLike,
  writer: ResponseWriter,
  context: RequestContext,
): Promise<void> {
  const answer = context.prepare(behaviour.kind === 'answer' ? behaviour.chunks : undefined);
  if (answer.kind === 'refusal') return writer.refuse(answer);
  switch (behaviour.kind) {
    case 'answer':
      return sendWhole(answer, writer, behaviour);
    case 'slow-first-output':
      await stall(answer, behaviour.after ?? 'request', writer);
      await writer.wait(behaviour.delayMs);
      return sendAfterStall(answer, behaviour.after ?? 'request', writer);
    case 'hang':
      return stall(answer, behaviour.after ?? 'request', writer);
    case 'cut':
      await sendPart(answer, behaviour.afterChunks ?? 1, writer);
      return writer.breakOff(behaviour.by ?? 'reset');
    case 'truncate':
      await sendPart(answer, behaviour.afterChunks, writer);
      return writer.end();
    case 'error-event':
      return sendErrorEvent(answer, behaviour, writer, context.errors);
    case 'empty-stream':
      writer.begin(answer.contentType);
      return writer.end();
    case 'refuse':
      return writer.breakOff('reset');
  }
}

function rateLimit(behaviour: RateLimitedBehaviour, writer: ResponseWriter, context: RequestContext): void {
  const { errors, model, organization, remainingMs } = context;
  const leftSeconds = remainingMs === undefined ? 1 : Math.max(1, Math.ceil(remainingMs / 1_000));
  const { retryAfter = leftSeconds, retryAfterMs } = behaviour;
  const waitSeconds = typeof retryAfter === 'number' ? retryAfter : undefined;
  const refusal = errors.rateLimited({ model, organization, waitSeconds });
  writer.refuse({
    ...refusal,
    headers: {
      ...refusal.headers,
      ...(typeof retryAfter === 'string' && { 'retry-after': retryAfter }),
      ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
      ...behaviour.headers,
    },
  });
}

function answerStatus({ status, headers, body = '' }: StatusBehaviour, writer: ResponseWriter): void {
  if (typeof body === 'string') writer.answer(status, { 'content-type': 'text/plain', ...headers }, body);
  else writer.answerJson(status, body, headers);
}

/** How a stream is sent. */
type ChunkOptions = Pick<AnswerBehaviour, 'chunkDelayMs' | 'pieceBytes'>;

async function sendWhole(
  answer: PreparedAnswer,
  writer: ResponseWriter,
  options: ChunkOptions = {},
): Promise<void> {
  if (answer.kind === 'plain') return writer.answer(200, { 'content-type': answer.contentType }, answer.body);
  writer.begin(answer.contentType);
  for (const events of answer.preamble) await send(events, writer, options);
  await sendOutput(answer, writer, options);
}

async function sendOutput(
  answer: StreamAnswer,
  writer: ResponseWriter,
  options: ChunkOptions = {},
): Promise<void> {
  for (const events of answer.output) {
    await writer.wait(options.chunkDelayMs ?? 0);
    await send(events, writer, options);
  }
  for (const events of answer.ending) await send(events, writer, options);
  writer.end();
}

async function send(events: Events, writer: ResponseWriter, { pieceBytes }: ChunkOptions): Promise<void> {
  if (pieceBytes === undefined) return writer.write(events);
  const bytes = Buffer.from(events);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    await writer.write(bytes.subarray(at, at + pieceBytes));
}

/** Sends as much as comes before the stall. A plain answer has no preamble but its headers. */
async function stall(answer: PreparedAnswer, after: StallPoint, writer: ResponseWriter): Promise<void> {
  if (after === 'request') return;
  writer.begin(answer.contentType);
  writer.flush();
  if (after === 'headers' || answer.kind === 'plain') return;
  for (const event of answer.preamble) await writer.write(event);
}

async function sendAfterStall(
  answer: PreparedAnswer,
  after: StallPoint,
  writer: ResponseWriter,
): Promise<void> {
  if (after === 'request') return sendWhole(answer, writer);
  if (answer.kind === 'plain') {
    await writer.write(answer.body);
    return writer.end();
  }
  if (after === 'headers') for (const event of answer.preamble) await writer.write(event);
  return sendOutput(answer, writer);
}

/** Sends the beginning of an answer: so many chunks of a stream (default all), half of a plain body. */
async function sendPart(
  answer: PreparedAnswer,
  chunks: number | undefined,
  writer: ResponseWriter,
): Promise<void> {
  writer.begin(answer.contentType);
  if (answer.kind === 'plain') {
    const bytes = Buffer.from(answer.body);
    return writer.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  }
  for (const event of answer.preamble) await writer.write(event);
  for (const event of answer.output.slice(0, chunks)) await writer.write(event);
}

async function sendErrorEvent(
  answer: PreparedAnswer,
  behaviour: ErrorEventBehaviour,
  writer: ResponseWriter,
  errors: VendorErrors,
): Promise<void> {
  if (answer.kind === 'plain') return writer.answerJson(200, errors.embedded(behaviour.error));
  const sent = Math.min(behaviour.afterChunks ?? 0, answer.output.length);
  await sendPart(answer, sent, writer);
  await writer.wait(behaviour.delayMs ?? 0);
  for (const event of answer.errorEvents(behaviour.error, sent, behaviour.form)) await writer.write(event);
  writer.end();
}

const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
  '<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n';
