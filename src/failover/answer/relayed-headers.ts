import type { ResponseHeaders } from '../../upstream/exchange.ts';
import { passesToClient } from './passed-headers.ts';

/** Whose answer it is, as far as its headers depend on that. */
export interface HeaderSource {
  readonly provider: { readonly config: { readonly passHeaders: readonly string[] } };
  /** Undefined where the client's own credential was used, or none. */
  readonly pooled: object | undefined;
}

/**
 * What travels on of a provider's headers: name, value, name, value.
 * @param hasOtherLength - whether the client may get more or fewer bytes than the provider announced
 */
export function relayedHeaders(
  headers: ResponseHeaders,
  { provider, pooled }: HeaderSource,
  hasOtherLength: boolean,
): string[] {
  const hops = hopByHopNames(headers['connection']);
  const extra = provider.config.passHeaders;
  const relayed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !passesToClient(name, value, extra, pooled === undefined)) continue;
    if (hops?.includes(name) === true || (hasOtherLength && name === 'content-length')) continue;
    if (typeof value === 'string') relayed.push(name, value);
    else for (const item of value) relayed.push(name, item);
  }
  return relayed;
}

/** Headers that speak of the very bytes that the provider sent. */
const REPRESENTATION_HEADERS: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
]);

/** The same headers with another content type, and without those that speak of other bytes. */
export function withContentType(headers: readonly string[], contentType: string): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!REPRESENTATION_HEADERS.has(name)) kept.push(name, headers[at + 1] ?? '');
  }
  return ['content-type', contentType, ...kept];
}

/** Headers that the provider's `connection` header declares hop-by-hop; undefined for the usual ones. */
function hopByHopNames(value: string | string[] | undefined): string[] | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return String(value)
    .split(',')
    .map((name) => name.trim().toLowerCase());
}
