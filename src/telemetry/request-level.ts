import type { RequestLogEntry } from '../gateway/request-log-entry.ts';
import type { LogLevel } from './contract.ts';

/** Errors of ours that say: nothing was left that could have served it. The operator has to act. */
const NOTHING_LEFT: ReadonlySet<string | undefined> = new Set([
  'no_key_available',
  'upstream_credentials_exhausted',
]);

/** Ends that nobody here is to blame for: a client that went away, or asked for what is refused. */
const CLIENTS_OWN: ReadonlySet<string | undefined> = new Set([
  undefined,
  'ok',
  'cancelled',
  'client_error',
  'content_blocked',
]);

/**
 * The level of a request's line: `error` where nothing was left that could have served it, `warn` where the client got a
 * 5xx, a provider's failure, or an answer that broke off, and `info` for all others.
 */
export function requestLevel({ status, code, verdict }: RequestLogEntry): LogLevel {
  if (NOTHING_LEFT.has(code)) return 'error';
  return status >= 500 || (status > 0 && !CLIENTS_OWN.has(verdict)) ? 'warn' : 'info';
}
