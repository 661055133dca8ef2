import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../keys/secret.ts';
import type { AdminErrorCode } from './errors.ts';

/** Why a request is turned away; undefined where it may go on. */
export type Guard = (headers: IncomingHttpHeaders) => AdminErrorCode | undefined;

/**
 * Who may use the admin API: with a token, whoever knows it; without one, whoever is on this machine, but no
 * web page that is open here, be it by another site's request or by a name that was made to point here.
 */
export function adminGuard(token: Secret | undefined): Guard {
  return token === undefined ? guardLocal : guardByToken(token);
}

function guardByToken(token: Secret): Guard {
  const expected = digest(token.reveal());
  return ({ authorization }) => {
    const given = /^Bearer +(\S+) *$/iu.exec(authorization ?? '')?.[1];
    if (given === undefined) return 'missing_token';
    return timingSafeEqual(digest(given), expected) ? undefined : 'invalid_token';
  };
}

/** Equal in length whatever was given, so that they can be compared in constant time. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** A `Host` header with a name or address that is this machine's alone. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

function guardLocal(headers: IncomingHttpHeaders): AdminErrorCode | undefined {
  const { host = '', origin } = headers;
  if (!LOOPBACK_HOST.test(host)) return 'foreign_host';
  if (origin !== undefined && origin !== `http://${host}`) return 'cross_site';
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none' ? undefined : 'cross_site';
}
