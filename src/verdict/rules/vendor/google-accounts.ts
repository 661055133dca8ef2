import { atCapacity, keyDead, suspicious } from '../consequences.ts';
import { googleBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';

/** How a token is refused that Google does not know, or does not know any more. */
const TOKEN_REFUSED =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';

/** How Google's server of tokens refuses; RFC 6749, 5.2. */
function refusal(error: string, description: string): string {
  return JSON.stringify({ error, error_description: description });
}

/**
 * Service accounts, and the tokens made for them. A token is not its account: the next one may do, and for an
 * account that is dead there is none.
 */
export const googleAccountRules: readonly Rule[] = [
  {
    id: 'google.token-expired',
    when: { named: 'access_token_expired' },
    verdict: suspicious,
    source: 'pydantic/pydantic-ai issue 1186',
    example: { status: 401, body: body(401, 'UNAUTHENTICATED', TOKEN_REFUSED, 'ACCESS_TOKEN_EXPIRED') },
  },
  {
    // Of the same thing other services say that the token is of a wrong type, or nothing.
    id: 'google.token-refused',
    when: { status: ['2xx', 401], says: /\bexpected oauth 2 access token\b/i },
    verdict: suspicious,
    source: 'NousResearch/hermes-agent pull 69096',
    example: {
      status: 401,
      body: body(401, 'UNAUTHENTICATED', TOKEN_REFUSED, 'ACCESS_TOKEN_TYPE_UNSUPPORTED'),
    },
  },
  {
    // The key is good and the clock is not: all keys of this machine sign by it.
    id: 'google.clock',
    when: { named: 'invalid_grant', says: /\breasonable timeframe\b/ },
    verdict: atCapacity,
    source: 'googleapis/google-api-php-client issue 1429; googleapis/google-auth-library-nodejs issue 129',
    example: {
      status: 400,
      body: refusal(
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      ),
    },
  },
  {
    id: 'google.account-invalid',
    when: {
      named: ['invalid_grant', 'invalid_client', 'deleted_client', 'disabled_client', 'unauthorized_client'],
    },
    verdict: keyDead,
    source: 'kubeguard/guard issue 346; developers.google.com/identity/protocols/oauth2/service-account',
    example: { status: 400, body: refusal('invalid_grant', 'Invalid JWT Signature.') },
  },
];
