import { hash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import { adminCsrfGuard } from '../listener/csrf-guard.ts';
import type { GuardedRequest } from '../listener/csrf-guard.ts';
import type { AdminErrorCode } from './errors.ts';

/** The error of a request that is refused; undefined where it is allowed. */
export type Guard = (request: GuardedRequest) => AdminErrorCode | undefined;

/**
 * Guards the admin API: with a token, by that; without one, only this machine may call it, and no web page that is open
 * on it (CSRF), also by a DNS name that was made to point here (DNS rebinding).
 * @param isSecured - whether the listener speaks TLS now
 */
export function adminGuard(token: Secret | undefined, isSecured: () => boolean): Guard {
  return token === undefined ? adminCsrfGuard(isSecured) : guardByToken(token);
}

function guardByToken(token: Secret): Guard {
  const expected = digest(token.reveal());
  return ({ headers: { authorization } }) => {
    const given = /^Bearer +(\S+) *$/iu.exec(authorization ?? '')?.[1];
    if (given === undefined) return 'missing_token';
    return timingSafeEqual(digest(given), expected) ? undefined : 'invalid_token';
  };
}

/** Equal in length whatever was given, so that they can be compared in constant time. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
