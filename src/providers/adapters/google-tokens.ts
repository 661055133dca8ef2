import { createPrivateKey } from 'node:crypto';
import type * as Jose from 'jose';
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { faultBeforeSending, faultDetail } from '../../upstream/faults.ts';
import { proxyConnector } from '../../upstream/proxy/proxy-connector.ts';
import { headerText } from '../../upstream/exchange.ts';
import type { UpstreamResult } from '../../upstream/exchange.ts';
import { UNWATCHED } from '../../upstream/response-watch.ts';
import { Redactor } from '../../keys/redaction/redactor.ts';
import { Secret } from '../../base/secret.ts';
import type { ServiceAccount } from '../../keys/service-account.ts';
import { SigningClock } from '../signing-clock.ts';
import { unusableKey } from '../adapter.ts';
import type { CredentialFailure } from '../adapter.ts';
import { usedProxy } from '../used-proxy.ts';

/** What tokens are for: cloud.google.com/vertex-ai/docs/authentication. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** How long a request for a token may take. Milliseconds. */
const FETCH_MS = 10_000;
/** How long a signed request for a token is valid; the longest that Google accepts. Seconds. */
const ASSERTION_SECONDS = 3600;
/**
 * How far the time of a signed request may be from Google's. It names no figure: a few seconds' difference is none. The account
 * of a request that is refused beyond it is asked for with Google's time, once. Milliseconds.
 */
const TOLERANCE_MS = 10_000;
/** A longer answer holds no token. Bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

interface Token {
  readonly secret: Secret;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** How a request for a token leaves. */
interface Way {
  /** Absent: directly. */
  readonly dispatcher?: Dispatcher;
  /** By a proxy that the key alone goes by. */
  readonly isOwnProxy: boolean;
}

interface TokenEntry {
  readonly way: Way;
  readonly clock: SigningClock;
  token: Token | undefined;
  fetching: Promise<Token | CredentialFailure> | undefined;
}

/**
 * Access tokens of service accounts (RFC 7523). Each is fetched once for all requests that wait for it, and renewed in
 * the background before it expires.
 */
export class GoogleTokens {
  readonly #refreshAheadMs: number;
  readonly #now: () => number;
  readonly #proxy: ProxyAddress | undefined;
  readonly #entries = new Map<string, TokenEntry>();
  /** Loaded where there are service accounts, and nowhere else. */
  readonly #jose = import('jose');

  /**
   * @param refreshAheadMs - how long before it expires a token is renewed
   * @param proxy - that requests for tokens go by, if any
   */
  constructor(refreshAheadMs: number, now: () => number, proxy?: ProxyAddress) {
    this.#refreshAheadMs = refreshAheadMs;
    this.#now = now;
    this.#proxy = proxy;
  }

  /**
   * A valid token, or the failure to get one.
   * @param id - of the key
   * @param proxy - of this key alone; `none`: directly
   */
  tokenFor(
    id: string,
    account: ServiceAccount,
    proxy?: ProxyAddress | 'none',
  ): Secret | Promise<Secret | CredentialFailure> {
    const entry = this.#entryOf(id, proxy);
    const { token } = entry;
    const leftMs = token === undefined ? 0 : token.endsAt - this.#now();
    if (token !== undefined && leftMs > 0) {
      if (leftMs < this.#refreshAheadMs) void this.#fetch(entry, account);
      return token.secret;
    }
    return this.#fetch(entry, account).then((fetched) => ('secret' in fetched ? fetched.secret : fetched));
  }

  /**
   * The provider refused a key's token: the next request fetches another. A newer token stays, so that many requests
   * refused at once cost one fetch.
   */
  invalidate(id: string, refused: string): void {
    const entry = this.#entries.get(id);
    if (entry?.token?.secret.reveal() === refused) entry.token = undefined;
  }

  #entryOf(id: string, proxy: ProxyAddress | 'none' | undefined): TokenEntry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = {
        way: wayBy(usedProxy(proxy, this.#proxy), typeof proxy === 'object'),
        clock: new SigningClock(TOLERANCE_MS, this.#now),
        token: undefined,
        fetching: undefined,
      };
      this.#entries.set(id, entry);
    }
    return entry;
  }

  #fetch(entry: TokenEntry, account: ServiceAccount): Promise<Token | CredentialFailure> {
    entry.fetching ??= this.#jose
      .then((jose) => fetchToken(account, entry, this.#now, jose))
      .then((fetched) => {
        entry.fetching = undefined;
        if ('secret' in fetched) entry.token = fetched;
        return fetched;
      });
    return entry.fetching;
  }
}

function wayBy(proxy: ProxyAddress | undefined, isOwnProxy: boolean): Way {
  if (proxy === undefined) return { isOwnProxy };
  return { dispatcher: new Agent({ connect: proxyConnector(proxy, FETCH_MS), allowH2: false }), isOwnProxy };
}

/** Never rejects: whatever goes wrong is a failure of the credential. A refusal may be the clock's: then it is signed anew. */
async function fetchToken(
  account: ServiceAccount,
  { clock, way }: TokenEntry,
  now: () => number,
  jose: typeof Jose,
): Promise<Token | CredentialFailure> {
  const signedAt = clock.now();
  const fetched = await fetchTokenAt(signedAt, account, way, now, jose);
  if (!isRefused(fetched)) return fetched;
  if (!clock.learn(headerText(fetched.result.headers['date']), signedAt)) return fetched;
  const again = await fetchTokenAt(clock.now(), account, way, now, jose);
  if (isRefused(again)) clock.forget();
  return again;
}

async function fetchTokenAt(
  signedAt: number,
  account: ServiceAccount,
  way: Way,
  now: () => number,
  jose: typeof Jose,
): Promise<Token | CredentialFailure> {
  let assertion: string;
  try {
    assertion = await assertionOf(account, signedAt, jose);
  } catch (error) {
    return unusableKey(error);
  }
  return requestToken(new URL(account.token_uri), assertion, way, now);
}

/** The server's own refusal: it answers 400 or 401 to what it does not accept (RFC 6749, 5.2). */
function isRefused(
  fetched: Token | CredentialFailure,
): fetched is CredentialFailure & { readonly result: { readonly kind: 'whole' } } {
  return 'result' in fetched && fetched.result.kind === 'whole' && [400, 401].includes(fetched.result.status);
}

async function requestToken(
  at: URL,
  assertion: string,
  { dispatcher, isOwnProxy }: Way,
  now: () => number,
): Promise<Token | CredentialFailure> {
  try {
    const { request } = await import('undici');
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
      ...(dispatcher !== undefined && { dispatcher }),
    });
    const answer = await readBounded(stream);
    const token = statusCode < 300 ? tokenIn(answer, now()) : undefined;
    if (token !== undefined) return token;
    // The assertion, which an error may quote, stays valid for an hour.
    const body = new Redactor([assertion]).bytes(answer);
    return failureOf({ kind: 'whole', status: statusCode, headers, body, watch: UNWATCHED });
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const fault = faultBeforeSending(cause, isOwnProxy);
    return failureOf({ kind: 'fault', fault, detail: `token-${faultDetail(cause)}` });
  }
}

/** At most `MAX_ANSWER_BYTES`; the connection of a longer answer is closed. */
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
  { SignJWT }: typeof Jose,
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

/** A success without a token says nothing about the key: a fault of the token server. */
function failureOf(result: UpstreamResult): CredentialFailure {
  const isEmpty = result.kind === 'whole' && result.status < 300;
  return {
    kind: 'credential-failure',
    result: isEmpty ? { kind: 'fault', fault: 'not-sent', detail: 'token-missing' } : result,
  };
}
