import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import { request } from 'undici';
import { faultDetail } from '../../upstream/faults.ts';
import type { UpstreamResult } from '../../upstream/exchange.ts';
import { UNWATCHED } from '../../upstream/response-watch.ts';
import { Redactor } from '../../keys/redaction/redactor.ts';
import { Secret } from '../../base/secret.ts';
import type { ServiceAccount } from '../../keys/service-account.ts';
import { unusableKey } from '../adapter.ts';
import type { CredentialFailure } from '../adapter.ts';

/** What tokens are for: cloud.google.com/vertex-ai/docs/authentication. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** How long a request for a token may take. Milliseconds. */
const FETCH_MS = 10_000;
/** What a signed request for a token is good for; the longest that Google takes. Seconds. */
const ASSERTION_SECONDS = 3600;
/** A longer answer holds no token. Bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

interface Token {
  readonly secret: Secret;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

interface TokenEntry {
  token: Token | undefined;
  fetching: Promise<Token | CredentialFailure> | undefined;
}

/**
 * Access tokens of service accounts (RFC 7523), each fetched once for however many requests wait for it, and
 * renewed behind their backs before it ends.
 */
export class GoogleTokens {
  readonly #refreshAheadMs: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, TokenEntry>();

  /** @param refreshAheadMs - how long before its end a token is renewed */
  constructor(refreshAheadMs: number, now: () => number) {
    this.#refreshAheadMs = refreshAheadMs;
    this.#now = now;
  }

  /** A token that is good now, or what came instead of one. @param id - of the key */
  tokenFor(id: string, account: ServiceAccount): Secret | Promise<Secret | CredentialFailure> {
    const entry = this.#entryOf(id);
    const { token } = entry;
    const leftMs = token === undefined ? 0 : token.endsAt - this.#now();
    if (token !== undefined && leftMs > 0) {
      if (leftMs < this.#refreshAheadMs) void this.#fetch(entry, account);
      return token.secret;
    }
    return this.#fetch(entry, account).then((fetched) => ('secret' in fetched ? fetched.secret : fetched));
  }

  /**
   * The provider did not take a key's token: the next request fetches another. Where that has happened already
   * the newer token stays, so that of many requests refused at once only the first costs a fetch.
   */
  invalidate(id: string, refused: string): void {
    const entry = this.#entryOf(id);
    if (entry.token?.secret.reveal() === refused) entry.token = undefined;
  }

  #entryOf(id: string): TokenEntry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { token: undefined, fetching: undefined };
      this.#entries.set(id, entry);
    }
    return entry;
  }

  #fetch(entry: TokenEntry, account: ServiceAccount): Promise<Token | CredentialFailure> {
    entry.fetching ??= fetchToken(account, this.#now).then((fetched) => {
      entry.fetching = undefined;
      if ('secret' in fetched) entry.token = fetched;
      return fetched;
    });
    return entry.fetching;
  }
}

/** Never rejects: what goes wrong is a trouble of the credential's. */
async function fetchToken(account: ServiceAccount, now: () => number): Promise<Token | CredentialFailure> {
  let assertion: string;
  try {
    assertion = await assertionOf(account, now());
  } catch (error) {
    return unusableKey(error);
  }
  return requestToken(new URL(account.token_uri), assertion, now);
}

async function requestToken(
  at: URL,
  assertion: string,
  now: () => number,
): Promise<Token | CredentialFailure> {
  try {
    const {
      statusCode,
      headers,
      body: stream,
    } = await request(at, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
      }).toString(),
      signal: AbortSignal.timeout(FETCH_MS),
    });
    const answer = await readBounded(stream);
    const token = statusCode < 300 ? tokenIn(answer, now()) : undefined;
    if (token !== undefined) return token;
    // What was asked with is good for another hour.
    const body = new Redactor([assertion]).bytes(answer);
    return failureOf({ kind: 'whole', status: statusCode, headers, body, watch: UNWATCHED });
  } catch (error) {
    const detail = error instanceof Error ? `token-${faultDetail(error)}` : 'token';
    return failureOf({ kind: 'fault', fault: 'not-sent', detail });
  }
}

/** What lies behind the bound is not read: the connection is given up. */
async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES);
}

/** Throws for an account that no request for a token can be made with. */
async function assertionOf(
  { client_email, private_key, private_key_id, token_uri }: ServiceAccount,
  now: number,
): Promise<string> {
  if (!/^https?:/.test(new URL(token_uri).protocol))
    throw new TypeError('tokens are not asked for over HTTP');
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({
      alg: 'RS256',
      typ: 'JWT',
      ...(private_key_id !== undefined && { kid: private_key_id }),
    })
    .setIssuer(client_email)
    .setAudience(token_uri)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_SECONDS)
    .sign(createPrivateKey(private_key));
}

function tokenIn(answer: Buffer, now: number): Token | undefined {
  try {
    const value: unknown = JSON.parse(answer.toString());
    if (typeof value !== 'object' || value === null || !('access_token' in value)) return undefined;
    const { access_token: text } = value;
    const seconds = 'expires_in' in value && typeof value.expires_in === 'number' ? value.expires_in : 3600;
    return typeof text === 'string' ? { secret: new Secret(text), endsAt: now + seconds * 1000 } : undefined;
  } catch {
    // Not JSON: no token.
    return undefined;
  }
}

/** An answer that is no error and holds no token says nothing of the key. */
function failureOf(result: UpstreamResult): CredentialFailure {
  const isEmpty = result.kind === 'whole' && result.status < 300;
  return {
    kind: 'credential-failure',
    result: isEmpty ? { kind: 'fault', fault: 'not-sent', detail: 'token-missing' } : result,
  };
}
