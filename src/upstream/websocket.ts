import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { UpstreamResult, ResponseHeaders } from './exchange.ts';

/** RFC 6455, 1.3: what a server appends to the key of a handshake to compute `Sec-WebSocket-Accept`. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The result of an upgrade. A connection whose head does not accept the handshake that was sent is no WebSocket, and is
 * ended: its other end might take what the client sends for something else.
 * @param requestHeaders - name, value, name, value
 */
export function upgradeResult(
  requestHeaders: readonly string[],
  status: number,
  headers: ResponseHeaders,
  socket: Duplex,
): UpstreamResult {
  if (acceptsHandshake(requestHeaders, status, headers)) return { kind: 'upgraded', status, headers, socket };
  socket.destroy();
  return { kind: 'fault', fault: 'no-output', detail: 'bad-upgrade', status };
}

/** Checks all that RFC 6455, 4.1, requires of a client. */
function acceptsHandshake(
  requestHeaders: readonly string[],
  status: number,
  headers: ResponseHeaders,
): boolean {
  return (
    status === 101 &&
    textOf(headers['upgrade']).toLowerCase() === 'websocket' &&
    wordsIn(textOf(headers['connection']).toLowerCase()).includes('upgrade') &&
    textOf(headers['sec-websocket-accept']) ===
      acceptValue(requestedValues(requestHeaders, 'sec-websocket-key')) &&
    isAmong(headers['sec-websocket-protocol'], requestedValues(requestHeaders, 'sec-websocket-protocol')) &&
    isAmong(
      extensionNames(textOf(headers['sec-websocket-extensions'])),
      extensionNames(requestedValues(requestHeaders, 'sec-websocket-extensions')),
    )
  );
}

function acceptValue(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** Nothing may be granted that was not requested. */
function isAmong(granted: string | string[] | undefined, requested: string): boolean {
  const offered = wordsIn(requested);
  return wordsIn(textOf(granted)).every((word) => offered.includes(word));
}

/** `a; p=1, b` is `a, b`: parameters are for the two ends to check. */
function extensionNames(text: string): string {
  return wordsIn(text)
    .map((word) => (word.split(';')[0] ?? '').trim())
    .join(', ');
}

function wordsIn(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** All values of a request header. */
function requestedValues(headers: readonly string[], name: string): string {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name).join(', ');
}

function textOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim();
}
