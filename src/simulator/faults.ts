import type { Answer, Events, StreamAnswer } from './answer.ts';
import type {
  AnswerBehaviour,
  Behaviour,
  ErrorEventBehaviour,
  RateLimitedBehaviour,
  StallPoint,
  StatusBehaviour,
} from './behaviour.ts';
import type { Stage } from './stage.ts';
import type { Voice } from './voice/voice.ts';

/** The request a behaviour is played to. */
export interface Audience {
  /** Of the vendor whose surface was asked. */
  readonly voice: Voice;
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
  const { voice } = audience;
  switch (behaviour.kind) {
    case 'invalid-key':
      return stage.refuse(voice.invalidKey(audience.key));
    case 'rate-limited':
      return rateLimit(behaviour, stage, audience);
    case 'out-of-credit':
      return stage.refuse(voice.outOfCredit);
    case 'server-error':
      return stage.refuse(voice.serverError(behaviour.status ?? 500));
    case 'overloaded':
      return stage.refuse(voice.overloaded);
    case 'model-denied':
      return stage.refuse(voice.modelNotFound(audience.model ?? behaviour.models.join(', ')));
    case 'bad-request':
      return stage.refuse(voice.contextTooLong);
    case 'html-502':
      return stage.answer(502, { 'content-type': 'text/html' }, BAD_GATEWAY);
    case 'status':
      return answerStatus(behaviour, stage);
    case 'error-200':
      return stage.answerJson(200, voice.inside(behaviour.error));
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
  if (answer.kind === 'refusal') return stage.refuse(answer);
  switch (behaviour.kind) {
    case 'answer':
      return sendWhole(answer, stage, behaviour);
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
      return sendErrorEvent(answer, behaviour, stage, audience.voice);
    case 'empty-stream':
      stage.begin(answer.contentType);
      return stage.end();
    case 'refuse':
      return stage.breakOff('reset');
  }
}

function rateLimit(behaviour: RateLimitedBehaviour, stage: Stage, audience: Audience): void {
  const { voice, model, organization, leftMs } = audience;
  const leftSeconds = leftMs === undefined ? 1 : Math.max(1, Math.ceil(leftMs / 1_000));
  const { retryAfter = leftSeconds, retryAfterMs } = behaviour;
  const waitSeconds = typeof retryAfter === 'number' ? retryAfter : undefined;
  const refusal = voice.rateLimited({ model, organization, waitSeconds });
  stage.refuse({
    ...refusal,
    headers: {
      ...refusal.headers,
      ...(typeof retryAfter === 'string' && { 'retry-after': retryAfter }),
      ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
      ...behaviour.headers,
    },
  });
}

function answerStatus({ status, headers, body = '' }: StatusBehaviour, stage: Stage): void {
  if (typeof body === 'string') stage.answer(status, { 'content-type': 'text/plain', ...headers }, body);
  else stage.answerJson(status, body, headers);
}

/** How a stream is sent. */
type Manner = Pick<AnswerBehaviour, 'chunkDelayMs' | 'pieceBytes'>;

async function sendWhole(answer: Parts, stage: Stage, manner: Manner = {}): Promise<void> {
  if (answer.kind === 'plain') return stage.answer(200, { 'content-type': answer.contentType }, answer.body);
  stage.begin(answer.contentType);
  for (const events of answer.preamble) await send(events, stage, manner);
  await sendOutput(answer, stage, manner);
}

async function sendOutput(answer: StreamAnswer, stage: Stage, manner: Manner = {}): Promise<void> {
  for (const events of answer.output) {
    await stage.wait(manner.chunkDelayMs ?? 0);
    await send(events, stage, manner);
  }
  for (const events of answer.ending) await send(events, stage, manner);
  stage.end();
}

async function send(events: Events, stage: Stage, { pieceBytes }: Manner): Promise<void> {
  if (pieceBytes === undefined) return stage.write(events);
  const bytes = Buffer.from(events);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    await stage.write(bytes.subarray(at, at + pieceBytes));
}

/** Sends as much as comes before the stall. A plain answer has no preamble but its headers. */
async function stall(answer: Parts, after: StallPoint, stage: Stage): Promise<void> {
  if (after === 'request') return;
  stage.begin(answer.contentType);
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
  stage.begin(answer.contentType);
  if (answer.kind === 'plain') {
    const bytes = Buffer.from(answer.body);
    return stage.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  }
  for (const event of answer.preamble) await stage.write(event);
  for (const event of answer.output.slice(0, chunks)) await stage.write(event);
}

async function sendErrorEvent(
  answer: Parts,
  behaviour: ErrorEventBehaviour,
  stage: Stage,
  voice: Voice,
): Promise<void> {
  if (answer.kind === 'plain') return stage.answerJson(200, voice.inside(behaviour.error));
  const sent = Math.min(behaviour.afterChunks ?? 0, answer.output.length);
  await sendPart(answer, sent, stage);
  await stage.wait(behaviour.delayMs ?? 0);
  for (const event of answer.errorEvents(behaviour.error, sent, behaviour.form)) await stage.write(event);
  stage.end();
}

const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
  '<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n';
