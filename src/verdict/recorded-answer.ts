import type { Answered, Faulted } from './outcome.ts';
import { readError } from './provider-error/read-error.ts';

/** A provider's response as it was recorded. */
export interface RecordedAnswer {
  readonly status: number;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, or the whole text of an event stream. */
  readonly body: string;
  readonly stream: boolean;
}

/**
 * What an attempt would have observed of this response. A 2xx response is good unless it holds an error, is empty, or is
 * a stream without its dialect's end marker.
 */
export function outcomeOfRecordedAnswer(recorded: RecordedAnswer): Answered | Faulted {
  const { status, body, stream } = recorded;
  const headers = Object.fromEntries(
    Object.entries(recorded.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const where = stream && status < 300 ? 'stream' : 'body';
  const failed: Answered = { kind: 'answered', status, headers, errorText: body, where };
  if (status >= 300) return failed;

  const { form } = readError(body, headers);
  if (form === 'json' || form === 'html' || body.includes(':exception-type')) return failed;
  if (body.trim() === '' || (stream && !/^data:/m.test(body))) {
    return { kind: 'faulted', fault: 'no-output', detail: 'empty', status };
  }
  if (stream && isCut(body)) return { kind: 'faulted', fault: 'broken', detail: 'no-end-marker', status };
  return { ...failed, errorText: '', where: 'none' };
}

/** How the streams of each dialect begin and end. */
const DIALECTS: readonly (readonly [begins: RegExp, ends: RegExp])[] = [
  [/"response\.created"/, /"response\.(?:completed|incomplete|failed)"/],
  [/"message_start"/, /"message_stop"/],
  [/"chat\.completion\.chunk"/, /^data: ?\[DONE\]|"finish_reason": ?"/m],
];

function isCut(body: string): boolean {
  return DIALECTS.some(([begins, ends]) => begins.test(body) && !ends.test(body));
}
