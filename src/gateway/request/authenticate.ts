import { hash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Secret } from '../../base/secret.ts';
import { API_KEY_PROTOCOL } from '../../dialects/operations/realtime-protocols.ts';

/** The client of a request, or why it is refused. */
export type Authentication =
  | {
      readonly kind: 'admitted';
      readonly client: string;
      /** Who owns what it creates: its group, or the client itself; empty where no clients are configured. */
      readonly tenant: string;
      /** The client's own, where no clients are configured: it may be passed on to a provider without keys. */
      readonly credential: Secret | undefined;
      /** Its answers are held until they are complete. */
      readonly holdWhole: boolean;
    }
  | { readonly kind: 'refused'; readonly code: 'missing_api_key' | 'invalid_api_key' };

interface ConfiguredClient {
  readonly name: string;
  readonly group?: string;
  readonly key: Secret;
  readonly holdWhole: boolean;
}

/** @param url - the request's: Gemini's clients may put their key into its query */
export type Authenticate = (headers: IncomingHttpHeaders, url?: string) => Authentication;

/**
 * Makes the check of clients' keys. A key is looked up by a salted digest, so that the time this takes does not depend on
 * how much of a key is right. Without clients in the configuration everybody is admitted, and only then may a client's
 * credential be passed on to a provider that is configured without keys.
 */
export function authenticator(clients: readonly ConfiguredClient[] | undefined): Authenticate {
  if (clients === undefined) {
    return (headers, url) => ({
      kind: 'admitted',
      client: '',
      tenant: '',
      credential: credentialOf(headers, url),
      holdWhole: false,
    });
  }
  const salt = randomBytes(32).toString('base64');
  const digest = (key: Secret): string => hash('sha256', salt + key.reveal(), 'base64');
  const known = new Map(clients.map((client) => [digest(client.key), client]));
  return (headers, url) => {
    const key = credentialOf(headers, url);
    if (key === undefined) return { kind: 'refused', code: 'missing_api_key' };
    const client = known.get(digest(key));
    if (client === undefined) return { kind: 'refused', code: 'invalid_api_key' };
    const { name, group: tenant = name, holdWhole } = client;
    return { kind: 'admitted', client: name, tenant, credential: undefined, holdWhole };
  };
}

/** The credential, wherever the client's dialect puts it. */
function credentialOf(headers: IncomingHttpHeaders, url: string | undefined): Secret | undefined {
  const { authorization } = headers;
  const bearer = authorization === undefined ? undefined : /^Bearer +(\S+) *$/iu.exec(authorization)?.[1];
  const key =
    bearer ??
    single(headers['x-api-key']) ??
    single(headers['x-goog-api-key']) ??
    single(headers['api-key']) ??
    protocolKey(headers) ??
    queryKey(url);
  return key === undefined || key === '' ? undefined : new Secret(key);
}

/** Browsers cannot set headers on a WebSocket. OpenAI lets them send the key as a subprotocol. */
function protocolKey({ 'sec-websocket-protocol': protocols }: IncomingHttpHeaders): string | undefined {
  return protocols
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(API_KEY_PROTOCOL))
    ?.slice(API_KEY_PROTOCOL.length);
}

function queryKey(url: string | undefined): string | undefined {
  const mark = url?.indexOf('?') ?? -1;
  if (url === undefined || mark < 0) return undefined;
  return new URLSearchParams(url.slice(mark)).get('key') ?? undefined;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
