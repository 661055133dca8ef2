import type { Answer, StreamAnswer } from './answer.ts';
import type {
  Behaviour,
  ErrorEventBehaviour,
  ErrorWords,
  RateLimitedBehaviour,
  StallPoint,
  StatusBehaviour,
} from './behaviour.ts';
import {
  contextTooLong,
  errorInside,
  invalidKey,
  modelNotFound,
  outOfCredit,
  overloaded,
  rateLimited,
  serverError,
} from './openai-errors.ts';
import type { Stage } from './stage.ts';

/** The request a behaviour is played to. */
export interface Audience {
  readonly key: string;
  readonly organization: string;
  readonly model: string | undefined;
  /** What is left of the behaviour's `forMs`; undefined where it has none. */
  readonly leftMs: number | undefined;
  /** Does what was asked and returns the right answer to it. Not called by behaviours that refuse to act. */
  readonly prepare: (chunks?: number) => Answer;
}

type Parts = Exclude<Answer, { kind: 'refusal' }>;

/** Plays a behaviour to a request; resolves when it has nothing more to do, which for a hang is at once. */
export async function play(behaviour: Behaviour, stage: Stage, audience: Audience): Promise<void> {
  switch (behaviour.kind) {
    case 'invalid-key':
      return refuse(stage, invalidKey(audience.key));
    case 'rate-limited':
      return rateLimit(behaviour, stage, audience);
    case 'out-of-credit':
      return refuse(stage, outOfCredit);
    case 'server-error':
      return refuse(stage, serverError(behaviour.status ?? 500));
    case 'overloaded':
      return refuse(stage, overloaded);
    case 'model-denied':
      return refuse(stage, modelNotFound(audience.model ?? behaviour.models.join(', ')));
    case 'bad-request':
      return refuse(stage, contextTooLong);
    case 'html-502':
      return stage.answer(502, { 'content-type': 'text/html' }, BAD_GATEWAY);
    case 'status':
      return answerStatus(behaviour, stage);
    case 'error-200':
      return answerError200(behaviour.error, stage);
    case 'answer':
    case 'slow-first-output':
    case 'hang':
    case 'cut':
    case 'truncate':
    case 'error-event':
    case 'empty-stream':
    case 'refuse':
      return playAnswer(behaviour, stage, audience);
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
async function playAnswer(behaviour: AnswerLike, stage: Stage, audience: Audience): Promise<void> {
  const answer = audience.prepare(behaviour.kind === 'answer' ? behaviour.chunks : undefined);
  if (answer.kind === 'refusal') return refuse(stage, answer);
  switch (behaviour.kind) {
    case 'answer':
      return sendWhole(answer, stage, behaviour.chunkDelayMs);
    case 'slow-first-output':
      await stall(answer, behaviour.after ?? 'request', stage);
      await stage.wait(behaviour.delayMs);
      return sendAfterStall(answer, behaviour.after ?? 'request', stage);
    case 'hang':
      return stall(answer, behaviour.after ?? 'request', stage);
    case 'cut':
      await sendPart(answer, behaviour.afterChunks ?? 1, stage);
      return stage.breakOff(behaviour.by ?? 'reset');
    case 'truncate':
      await sendPart(answer, behaviour.afterChunks, stage);
      return stage.end();
    case 'error-event':
      return sendErrorEvent(answer, behaviour, stage);
    case 'empty-stream':
      stage.begin(contentTypeOf(answer));
      return stage.end();
    case 'refuse':
      return stage.breakOff('reset');
  }
}

function refuse(stage: Stage, { status, error }: Extract<Answer, { kind: 'refusal' }>): void {
  stage.refuse(status, error);
}

function rateLimit(behaviour: RateLimitedBehaviour, stage: Stage, audience: Audience): void {
  const leftSeconds = audience.leftMs === undefined ? 1 : Math.max(1, Math.ceil(audience.leftMs / 1_000));
  const retryAfter = behaviour.retryAfter ?? leftSeconds;
  const waitSeconds = typeof retryAfter === 'number' ? retryAfter : undefined;
  const { status, error } = rateLimited(audience.model, audience.organization, waitSeconds);
  stage.refuse(status, error, {
    ...(retryAfter === false ? {} : { 'retry-after': String(retryAfter) }),
    ...(behaviour.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(behaviour.retryAfterMs) }),
    ...behaviour.headers,
  });
}

function answerStatus({ status, headers, body = '' }: StatusBehaviour, stage: Stage): void {
  if (typeof body === 'string') stage.answer(status, { 'content-type': 'text/plain', ...headers }, body);
  else stage.answerJson(status, body, headers);
}

function answerError200(words: Partial<ErrorWords> | undefined, stage: Stage): void {
  stage.answerJson(200, { error: errorInside(words) });
}

async function sendWhole(answer: Parts, stage: Stage, chunkDelayMs = 0): Promise<void> {
  if (answer.kind === 'plain') return stage.answer(200, { 'content-type': answer.contentType }, answer.body);
  stage.begin(contentTypeOf(answer));
  for (const event of answer.preamble) await stage.write(event);
  await sendOutput(answer, stage, chunkDelayMs);
}

async function sendOutput(answer: StreamAnswer, stage: Stage, chunkDelayMs = 0): Promise<void> {
  for (const event of answer.output) {
    await stage.wait(chunkDelayMs);
    await stage.write(event);
  }
  for (const event of answer.ending) await stage.write(event);
  stage.end();
}

/** Sends as much as comes before the stall. A plain answer has no preamble but its headers. */
async function stall(answer: Parts, after: StallPoint, stage: Stage): Promise<void> {
  if (after === 'request') return;
  stage.begin(contentTypeOf(answer));
  stage.flush();
  if (after === 'headers' || answer.kind === 'plain') return;
  for (const event of answer.preamble) await stage.write(event);
}

async function sendAfterStall(answer: Parts, after: StallPoint, stage: Stage): Promise<void> {
  if (after === 'request') return sendWhole(answer, stage);
  if (answer.kind === 'plain') {
    await stage.write(answer.body);
    return stage.end();
  }
  if (after === 'headers') for (const event of answer.preamble) await stage.write(event);
  return sendOutput(answer, stage);
}

/** Sends the beginning of an answer: so many chunks of a stream (default all), half of a plain body. */
async function sendPart(answer: Parts, chunks: number | undefined, stage: Stage): Promise<void> {
  stage.begin(contentTypeOf(answer));
  if (answer.kind === 'plain') {
    const bytes = Buffer.from(answer.body);
    return stage.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  }
  for (const event of answer.preamble) await stage.write(event);
  for (const event of answer.output.slice(0, chunks)) await stage.write(event);
}

async function sendErrorEvent(answer: Parts, behaviour: ErrorEventBehaviour, stage: Stage): Promise<void> {
  if (answer.kind === 'plain') return answerError200(behaviour.error, stage);
  const sent = Math.min(behaviour.afterChunks ?? 0, answer.output.length);
  await sendPart(answer, sent, stage);
  const events = answer.errorEvents(errorInside(behaviour.error), sent, behaviour.form);
  for (const event of events) await stage.write(event);
  stage.end();
}

function contentTypeOf(answer: Parts): string {
  return answer.kind === 'stream' ? 'text/event-stream' : answer.contentType;
}

const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
  '<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n';
