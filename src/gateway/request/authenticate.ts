import { hash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { API_KEY_PROTOCOL } from '../../dialects/operations/realtime-protocols.ts';
import { Secret } from '../../base/secret.ts';

/** Who called, or why nobody is let in. */
export type Authentication =
  | {
      readonly kind: 'admitted';
      readonly client: string;
      /** Whose what it makes is: its group, or itself; empty where everybody is one client. */
      readonly tenant: string;
      readonly credential: Secret | undefined;
      /** Its answers are held until they are complete. */
      readonly holdWhole: boolean;
    }
  | { readonly kind: 'refused'; readonly code: 'missing_api_key' | 'invalid_api_key' };

/** What the configuration says of a client. */
interface ConfiguredClient {
  readonly name: string;
  readonly group?: string;
  readonly key: Secret;
  readonly holdWhole: boolean;
}

/** @param url - the request's: Gemini's clients may put their key into its query */
export type Authenticate = (headers: IncomingHttpHeaders, url?: string) => Authentication;

/**
 * Makes the check of clients' keys. A key is looked up by a salted digest: the time that takes says nothing
 * of how much of a key was right. Without a list everybody is let in, and only then may the credential they
 * brought travel on to a provider that is configured without keys.
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

/** The credential in whichever place the client's dialect puts it. */
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

/** Pages cannot set headers on a WebSocket: OpenAI lets them name their key as a protocol. */
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
