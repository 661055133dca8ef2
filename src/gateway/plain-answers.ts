import type { IncomingMessage } from 'node:http';
import { pathOf } from './request-log-entry.ts';
import type { ResponseWriter } from './response-writer.ts';
import type { Runtime } from './runtime.ts';

/** What `GET /ready` says: whether to send requests here, and details for people. */
export interface Readiness {
  readonly ready: boolean;
  readonly details: unknown;
}

const CROSS_ORIGIN = ['access-control-allow-origin', '*', 'access-control-expose-headers', '*'];
const PREFLIGHT = [
  'access-control-allow-methods',
  'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers',
  '*, authorization',
  'access-control-max-age',
  '86400',
];

/**
 * Answers health, readiness, the root and preflights, which need no credential and leave no line in the log.
 * @returns false for any other request
 */
export function answerPlainly(
  request: IncomingMessage,
  writer: ResponseWriter,
  { config }: Runtime,
  readiness: () => Readiness,
): boolean {
  const path = pathOf(request.url ?? '');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && path === '/health') writer.json(200, { status: 'ok' });
  else if (isRead && path === '/ready') {
    const { ready, details } = readiness();
    writer.json(ready ? 200 : 503, details);
  } else if (isRead && path === '/') writer.json(200, { name: 'sparekey' });
  else if (request.method === 'OPTIONS' && config.clients !== undefined) writer.empty(204, PREFLIGHT);
  else return false;
  return true;
}

/**
 * Headers for whatever a request is answered: name, value, name, value. Pages in browsers may call only where clients have
 * keys: without any, every page could.
 */
export function commonHeaders(
  request: IncomingMessage,
  { config }: Runtime,
  isDraining: boolean,
): readonly string[] {
  const headers: string[] = [];
  if (request.headers.origin !== undefined && config.clients !== undefined) headers.push(...CROSS_ORIGIN);
  if (isDraining) headers.push('connection', 'close');
  return headers;
}
