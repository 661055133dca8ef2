import type { ErrorEventBehaviour } from './behaviour.ts';
import type { OpenAiError, Refusal } from './openai-errors.ts';

/** What the surface has prepared for a request, before a behaviour decides how it is played. */
export type Answer = PlainAnswer | StreamAnswer | Refusal;

/** An answer with one body. */
export interface PlainAnswer {
  readonly kind: 'plain';
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** An event stream in its parts, each a list of whole server-sent events. */
export interface StreamAnswer {
  readonly kind: 'stream';
  /** What comes before any output. */
  readonly preamble: readonly string[];
  /** One for each content chunk. */
  readonly output: readonly string[];
  /** From the finish reason to the end marker. */
  readonly ending: readonly string[];
  /** The events that tell of an error after `sent` chunks of output. */
  readonly errorEvents: (
    error: OpenAiError,
    sent: number,
    form: ErrorEventBehaviour['form'],
  ) => readonly string[];
}

/** When everything was created, as far as answers say: the same request has the same bytes for an answer. */
export const CREATED_AT = 1_767_225_600;

/** A JSON answer. */
export function json(value: unknown): PlainAnswer {
  return { kind: 'plain', contentType: 'application/json', body: JSON.stringify(value) };
}

/** One server-sent event, unnamed unless `name` is given. */
export function event(value: unknown, name?: string): string {
  const data = `data: ${JSON.stringify(value)}\n\n`;
  return name === undefined ? data : `event: ${name}\n${data}`;
}
