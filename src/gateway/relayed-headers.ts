import type { ResponseHeaders } from '../upstream/exchange.ts';

/**
 * Headers of a provider's answer that stop here: hop-by-hop ones (RFC 9110, 7.6.1), those that bind the
 * client to the provider's own origin, and those that Sparekey says itself.
 */
const STOPS_HERE: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'location',
  'alt-svc',
  'strict-transport-security',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'x-accel-buffering',
  'x-sparekey-provider',
  'x-sparekey-key',
  'x-sparekey-attempts',
]);

/**
 * What travels on of a provider's headers: name, value, name, value.
 * @param hasOtherLength - whether the client may get more or fewer bytes than the provider announced
 */
export function travellingHeaders(headers: ResponseHeaders, hasOtherLength: boolean): string[] {
  const hops = connectionNames(headers['connection']);
  const relayed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || STOPS_HERE.has(name) || hops?.includes(name) === true) continue;
    if (hasOtherLength && name === 'content-length') continue;
    if (typeof value === 'string') relayed.push(name, value);
    else for (const item of value) relayed.push(name, item);
  }
  return relayed;
}

/** The same headers with another content type, and without a length that counts other bytes. */
export function withType(headers: readonly string[], contentType: string): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name !== 'content-type' && name !== 'content-length') kept.push(name, headers[at + 1] ?? '');
  }
  return ['content-type', contentType, ...kept];
}

/** Headers that the provider's `connection` header declares hop-by-hop; undefined for the usual ones. */
function connectionNames(value: string | string[] | undefined): string[] | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return String(value)
    .split(',')
    .map((name) => name.trim().toLowerCase());
}
