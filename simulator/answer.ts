import type { ErrorEventBehaviour, ErrorWords } from './behaviour.ts';
import type { Refusal } from './vendor-errors/vendor-errors.ts';

/** What the surface has prepared for a request, before a behaviour decides how it is played. */
export type Answer = PlainAnswer | StreamAnswer | Refusal;

/** An answer with one body. */
export interface PlainAnswer {
  readonly kind: 'plain';
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** One or several whole events, as they go over the line. */
export type Events = string | Buffer;

/** An event stream in its parts. */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly contentType: string;
  /** What comes before any output. */
  readonly preamble: readonly Events[];
  /** One for each content chunk. */
  readonly output: readonly Events[];
  /** From the finish reason to the end marker. */
  readonly ending: readonly Events[];
  /**
   * The events that tell of an error after `sent` chunks of output.
   * @param words the script's own, over the vendor's usual ones
   */
  readonly errorEvents: (
    words: Partial<ErrorWords> | undefined,
    sent: number,
    form: ErrorEventBehaviour['form'],
  ) => readonly Events[];
}

/** What most streams are. */
export const SERVER_SENT_EVENTS = 'text/event-stream';

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
