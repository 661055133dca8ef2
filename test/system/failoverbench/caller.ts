import * as z from 'zod';
import { ask, dataOf, type HttpAnswer } from '../../support/http.ts';
import { ANSWER } from './faults.ts';

/** How a call ended for whoever made it. */
export interface CallResult {
  /** `wrong`: it looked like an answer and was not the whole one. `hang`: nothing came of it in time. */
  readonly outcome: 'answer' | 'wrong' | 'error' | 'hang';
  readonly tookMs: number;
  /** Of the answer, as it names it. */
  readonly model: string | undefined;
  readonly usage: boolean;
  /** In a few words, where it is no answer. */
  readonly said: string;
}

const usage = z.looseObject({ total_tokens: z.number() }).nullish();
const answer = z.looseObject({
  model: z.string(),
  usage,
  choices: z.tuple([z.looseObject({ message: z.looseObject({ content: z.string() }) })]),
});
const chunk = z.looseObject({
  model: z.string().optional(),
  usage,
  error: z.unknown().optional(),
  choices: z
    .array(z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }).optional() }))
    .optional(),
});

/** Asks for a stream as a careful client does: what it cannot read it leaves out, and an error within is an error. */
export async function callForStream(url: string, model: string, limitMs: number): Promise<CallResult> {
  const more = { stream: true, stream_options: { include_usage: true } };
  const { heard: response, tookMs } = await call(url, model, more, limitMs);
  if (response === undefined) return ended('hang', tookMs, `nothing in ${limitMs} ms`);
  if (response.status !== 200) return ended('error', tookMs, `status ${response.status}: ${response.code}`);
  if (!response.whole) return ended('error', tookMs, 'the connection broke');
  const chunks = dataOf(response.text)
    .filter((data) => data !== '[DONE]')
    .map((data) => chunk.safeParse(parsed(data)).data)
    .filter((each) => each !== undefined);
  const error = chunks.find((each) => each.error !== undefined);
  if (error !== undefined) return ended('error', tookMs, `in the stream: ${JSON.stringify(error.error)}`);
  const text = chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');
  return {
    outcome: text === ANSWER ? 'answer' : 'wrong',
    tookMs,
    model: chunks.findLast((each) => each.model !== undefined)?.model,
    usage: chunks.some((each) => each.usage !== undefined && each.usage !== null),
    said: text === ANSWER ? '' : `${text.split(' ').length} words`,
  };
}

/** Asks for a whole answer of a model that does nothing wrong. */
export async function callForWhole(url: string, model: string, limitMs: number): Promise<CallResult> {
  const { heard: response, tookMs } = await call(url, model, {}, limitMs);
  if (response === undefined) return ended('hang', tookMs, `nothing in ${limitMs} ms`);
  const read = answer.safeParse(parsed(response.text)).data;
  if (response.status !== 200 || read === undefined)
    return ended('error', tookMs, `status ${response.status}`);
  const isWhole = read.choices[0].message.content === ANSWER;
  return { outcome: isWhole ? 'answer' : 'wrong', tookMs, model: read.model, usage: true, said: '' };
}

async function call(
  url: string,
  model: string,
  more: object,
  limitMs: number,
): Promise<{ readonly heard: HttpAnswer | undefined; readonly tookMs: number }> {
  const body = { model, messages: [{ role: 'user', content: 'Say your sixty words.' }], ...more };
  const signal = AbortSignal.timeout(limitMs);
  const startedAt = performance.now();
  const response = await ask(url, { body, signal });
  return { heard: signal.aborted ? undefined : response, tookMs: performance.now() - startedAt };
}

function ended(outcome: 'error' | 'hang', tookMs: number, said: string): CallResult {
  return { outcome, tookMs, model: undefined, usage: false, said };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
