import { gatewayErrors } from './gateway-errors.ts';
import { clientErrorBody, clientErrorEvent } from './client-error.ts';
import type { ClientError } from './client-error.ts';
import type { GatewayErrorCode } from './gateway-errors.ts';
import type { Dialect } from '../operations/operation.ts';

/** What a message or an answer says beyond its code. */
export interface ErrorDetails {
  /** Fills the `{name}` places of the table's message. A place left empty reads `unknown`. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** When trying again may help. Milliseconds from now; `Infinity` where nothing will change by itself. */
  readonly retryAfterMs?: number;
}

/** An error of the gateway's own, ready to be sent. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The official SDKs ignore a longer wait and try again at once: then they are told not to. */
const LONGEST_HONORED_WAIT_MS = 60_000;
/** Of what a client sent, no more than this is said back to it. */
const MAX_VALUE_LENGTH = 200;

/**
 * An error as the client's SDK expects it.
 * @param dialect what the client speaks; `openai` where that is not known
 */
export function gatewayErrorAnswer(
  dialect: Dialect,
  code: GatewayErrorCode,
  details: ErrorDetails = {},
): ErrorAnswer {
  return {
    status: gatewayErrors[code].status,
    headers: { 'content-type': 'application/json', ...retryHeaders(code, details.retryAfterMs) },
    body: clientErrorBody(dialect, clientErrorOf(code, details)),
  };
}

/**
 * An error as an event of a stream that has begun. It stands for the end: no end marker may follow it. The
 * stream must stand on a frame boundary where it is put in.
 */
export function gatewayErrorEvent(
  dialect: Dialect,
  code: GatewayErrorCode,
  details: ErrorDetails = {},
): string {
  return clientErrorEvent(dialect, clientErrorOf(code, details));
}

function clientErrorOf(code: GatewayErrorCode, details: ErrorDetails): ClientError {
  const { status, type, message } = gatewayErrors[code];
  return { status, type, message: fill(message, details.values ?? {}), code };
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? 'unknown').slice(0, MAX_VALUE_LENGTH),
  );
}

function retryHeaders(code: GatewayErrorCode, waitMs: number | undefined): Record<string, string> {
  const futile = !gatewayErrors[code].retryable || (waitMs !== undefined && waitMs > LONGEST_HONORED_WAIT_MS);
  const headers: Record<string, string> = futile ? { 'x-should-retry': 'false' } : {};
  if (waitMs === undefined || !Number.isFinite(waitMs)) return headers;
  const wholeMs = Math.max(0, Math.ceil(waitMs));
  // Many clients read whole seconds only, and none of the pair may name a moment too early.
  headers['retry-after'] = String(Math.ceil(wholeMs / 1000));
  headers['retry-after-ms'] = String(wholeMs);
  return headers;
}
