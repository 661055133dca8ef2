import { pino } from 'pino';
import type { RequestLogEntry } from '../gateway/request-log-entry.ts';
import { redactedText, redactedValue } from '../keys/redaction/redacted-text.ts';
import type { LogFields } from './contract.ts';

/** An id that a provider gives its answer is not longer; of a longer one this much is logged. Characters. */
const MAX_ID_LENGTH = 200;

/** What stands beside a message, as it may be written. */
export function redactedFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactedValue(value)]));
}

/** An error and its causes as they may be written. */
export function redactedError(error: unknown): unknown {
  return redactedValue(error instanceof Error ? pino.stdSerializers.errWithCause(error) : error, 'opened');
}

/**
 * A request's line: of what is in it clients choose the path and the model and providers their id, whatever they put into
 * those.
 */
export function redactedEntry(entry: RequestLogEntry): RequestLogEntry {
  const { path, model, providerRequestId } = entry;
  const shownPath = redactedText(path);
  const shownModel = model === undefined ? undefined : redactedText(model);
  const shownId =
    providerRequestId === undefined ? undefined : redactedText(providerRequestId.slice(0, MAX_ID_LENGTH));
  if (shownPath === path && shownModel === model && shownId === providerRequestId) return entry;
  return {
    ...entry,
    path: shownPath,
    ...(shownModel !== undefined && { model: shownModel }),
    ...(shownId !== undefined && { providerRequestId: shownId }),
  };
}
