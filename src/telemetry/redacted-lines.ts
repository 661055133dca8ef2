import { pino } from 'pino';
import type { RequestLogEntry } from '../gateway/request-log-entry.ts';
import { redactedText, redactedValue } from '../keys/redaction/redacted-text.ts';
import type { LogFields } from './contract.ts';

/** More of a provider's id of its answer is not logged. Characters. */
const MAX_ID_LENGTH = 200;

/** The fields of a message, redacted. */
export function redactedFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactedValue(value)]));
}

/** An error and its causes, redacted. */
export function redactedError(error: unknown): unknown {
  return redactedValue(error instanceof Error ? pino.stdSerializers.errWithCause(error) : error, 'opened');
}

/**
 * A request's entry, redacted where others choose the text: clients the path and the model, providers the id of their
 * answer.
 */
export function redactedEntry(entry: RequestLogEntry): RequestLogEntry {
  const { path, model, servedModel, providerRequestId } = entry;
  const shownPath = redactedText(path);
  const shownModel = model === undefined ? undefined : redactedText(model);
  const shownServed =
    servedModel === undefined || servedModel === model ? shownModel : redactedText(servedModel);
  const shownId =
    providerRequestId === undefined ? undefined : redactedText(providerRequestId.slice(0, MAX_ID_LENGTH));
  const isServedShown = servedModel === undefined || shownServed === servedModel;
  if (shownPath === path && shownModel === model && isServedShown && shownId === providerRequestId)
    return entry;
  return {
    ...entry,
    path: shownPath,
    ...(shownModel !== undefined && { model: shownModel }),
    ...(servedModel !== undefined && shownServed !== undefined && { servedModel: shownServed }),
    ...(shownId !== undefined && { providerRequestId: shownId }),
  };
}
