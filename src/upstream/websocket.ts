import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { UpstreamResult, ResponseHeaders } from './upstream-result.ts';

/** RFC 6455, 1.3: what a server shows that it has read the key of a handshake by. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * What an upgraded connection is. One whose head does not accept the handshake that was sent is no WebSocket, and is ended:
 * whoever gave it might take what the client says for something else.
 * @param requestHeaders - headers of the request: name, value, name, value
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

/** By all that RFC 6455, 4.1, has a client look at. */
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

/** What was not asked for may not be granted. */
function isAmong(granted: string | string[] | undefined, requestHeaders: string): boolean {
  const offered = wordsIn(requestHeaders);
  return wordsIn(textOf(granted)).every((word) => offered.includes(word));
}

/** `a; p=1, b` is `a, b`: what parameters were agreed on is for the two ends to look at. */
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

/** All values of a header that was sent. */
function requestedValues(headers: readonly string[], name: string): string {
  return headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name).join(', ');
}

function textOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim();
}
