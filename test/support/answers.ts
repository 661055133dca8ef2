import * as z from 'zod';
import { dataOf, type HttpAnswer } from './http.ts';

const completion = z.looseObject({
  choices: z.tuple([z.looseObject({ message: z.looseObject({ content: z.string() }) })]),
});

const chunk = z.looseObject({
  choices: z.array(z.looseObject({ delta: z.looseObject({ content: z.string().optional() }) })),
  error: z.undefined().optional(),
});

const responsesEvent = z.looseObject({ type: z.string(), delta: z.string().optional() });

/** The text of a whole and good chat answer, streamed or not; undefined where anything is missing or wrong. */
export function chatText(response: HttpAnswer): string | undefined {
  const { status, whole, headers, text } = response;
  if (status !== 200 || !whole) return undefined;
  if (!isStream(headers)) return completion.safeParse(parsed(text)).data?.choices[0].message.content;
  const data = dataOf(text);
  if (data.at(-1) !== '[DONE]') return undefined;
  const chunks = data.slice(0, -1).map((each) => chunk.safeParse(parsed(each)).data);
  return joined(chunks.map((each) => each && (each.choices[0]?.delta.content ?? '')));
}

/** The text of a whole and good Responses stream; undefined where anything is missing or wrong. */
export function responsesText({ status, whole, headers, text }: HttpAnswer): string | undefined {
  if (status !== 200 || !whole || !isStream(headers)) return undefined;
  const events = dataOf(text).map((each) => responsesEvent.safeParse(parsed(each)).data);
  if (events.at(-1)?.type !== 'response.completed') return undefined;
  if (events.some((event) => event?.type === 'error' || event?.type === 'response.failed')) return undefined;
  return joined(
    events.map((event) => event && (event.type === 'response.output_text.delta' ? (event.delta ?? '') : '')),
  );
}

function isStream(headers: HttpAnswer['headers']): boolean {
  return headers['content-type'] === 'text/event-stream';
}

function joined(pieces: readonly (string | undefined)[]): string | undefined {
  return pieces.every((piece) => piece !== undefined) ? pieces.join('') : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A body that is an answer, to whatever is asked: it has the least that each operation must have. */
export const ANSWER_TO_ANYTHING = JSON.stringify({
  id: 'any-1',
  object: 'any',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  content: [{ type: 'text', text: 'hi' }],
  candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
  output: [{ type: 'message' }],
  data: [{ embedding: [1] }],
  results: [{ index: 0 }],
  text: 'hi',
  input_tokens: 1,
});
