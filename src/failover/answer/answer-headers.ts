import type { ResponseHeaders } from '../../upstream/exchange.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { AttemptPlan } from '../attempt/attempt-plan.ts';
import { saysStream } from '../../dialects/watch/watch-answer.ts';
import { passesToClient } from './header-policy.ts';

/**
 * The headers of a provider's answer as its client gets them: what travels on of the provider's, and whose answer it is.
 * Name, value, name, value.
 * @param sent - by the provider
 * @param attempts - how many it took
 */
export function answerHeaders(attempt: Attempt, sent: ResponseHeaders, attempts: number): string[] {
  const { opening, plan } = attempt;
  // A stream may get a last event of ours, or the end of its last one, and what is checked at its end may turn out to have none: a length would be wrong.
  const hasOtherLength =
    opening.kind === 'whole' ||
    saysStream(sent) ||
    ('watch' in opening && (opening.watch.isCheckedAtEnd === true || opening.watch.isMadeOfEvents === true));
  const headers = relayedHeaders(sent, plan, hasOtherLength);
  headers.push('x-sparekey-provider', headerText(plan.provider.id));
  if (plan.pooled !== undefined) headers.push('x-sparekey-key', plan.pooled.key.id);
  headers.push('x-sparekey-attempts', String(attempts));
  return headers;
}

/** An id as a header can carry it: in the letters of other scripts it is percent-encoded. */
function headerText(id: string): string {
  return id.replaceAll(/[^\u0021-\u007e]+/g, encodeURIComponent);
}

/**
 * What travels on of a provider's headers: name, value, name, value.
 * @param hasOtherLength - whether the client may get more or fewer bytes than the provider announced
 */
function relayedHeaders(
  headers: ResponseHeaders,
  { provider, pooled }: AttemptPlan,
  hasOtherLength: boolean,
): string[] {
  const hops = hopByHopNames(headers['connection']);
  const extra = provider.config.passHeaders;
  // Who called with its own credential may know whose account that is.
  const isOwnAccount = pooled === undefined;
  const relayed: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !passesToClient(name, value, extra, isOwnAccount)) continue;
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

/** So many names are listed; of the others, how many they are. */
const MAX_NAMES = 32;

/** Of each name so much is given. Characters. */
const MAX_NAME_LENGTH = 64;

/**
 * The names of what a translation dropped, as the value of `x-sparekey-dropped`. Clients choose them: what a header cannot
 * hold is escaped as in URLs, and their number and length are bounded.
 */
export function droppedHeader(names: readonly string[]): string {
  const listed = names.slice(0, MAX_NAMES).map(escapedName);
  const more = names.length - listed.length;
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function escapedName(name: string): string {
  const short = name.slice(0, MAX_NAME_LENGTH);
  return /^[!-+\--~]+$/u.test(short) ? short : encodeURIComponent(short.toWellFormed());
}
