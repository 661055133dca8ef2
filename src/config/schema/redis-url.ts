import { Secret } from '../../base/secret.ts';
import type { RedisDeployment, RedisAddress, RedisServer, RedisTls } from '../../base/store-address.ts';
import { formatAddress, formatDuration, parseDuration } from './notations.ts';

/** The address in a URL, or what the URL should have been; the latter never repeats any of it. */
export type RedisUrl =
  { readonly ok: true; readonly address: RedisAddress } | { readonly ok: false; readonly expected: string };

/** How long a store may take to answer. Milliseconds. */
const timeoutMs = { default: 1_000, min: 50, max: 60_000 } as const;

/** A password may hold `@` and `/` as they are: what comes after the last `@` can hold neither of them there. */
const grammar =
  /^(?<scheme>rediss?)(?:\+(?<several>sentinel|cluster))?:\/\/(?:(?<who>.*)@)?(?<servers>[^/?@]+)(?:\/(?<database>[^?@]*))?(?:\?(?<query>[^@]*))?$/s;

const isRedisUrl = /^rediss?(?:\+[a-z]*)?:/;

/** @returns undefined where the text does not even begin like a URL of Redis */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  if (!isRedisUrl.test(text)) return undefined;
  const groups = grammar.exec(text)?.groups;
  if (groups === undefined) return expecting('redis://USER:PASSWORD@HOST:PORT/DATABASE, or a list of hosts');
  try {
    return { ok: true, address: addressOf(groups) };
  } catch (error) {
    if (error instanceof RedisUrlError) return expecting(error.message);
    if (error instanceof URIError) return expecting('a URL in which % is written %25');
    throw error;
  }
}

/** A part of the URL that cannot be read; the message says what was expected. */
class RedisUrlError extends Error {}

function expecting(expected: string): RedisUrl {
  return { ok: false, expected };
}

type Groups = Readonly<Record<string, string | undefined>>;

function addressOf({
  scheme,
  several,
  who: userInfo,
  servers: list,
  database: written,
  query: text,
}: Groups): RedisAddress {
  const kind = several === 'sentinel' || several === 'cluster' ? several : 'single';
  const query = readQuery(text ?? '', [
    'prefix',
    'storeTimeout',
    ...(scheme === 'rediss' ? ['ca', 'cert', 'key'] : []),
    ...(kind === 'sentinel' ? ['master', 'sentinelAuth'] : []),
  ]);
  const servers = readServers(list ?? '', kind);
  const database = readDatabase(written ?? '', kind);
  const deployment = readDeployment(kind, query);
  const prefix = readPrefix(query.get('prefix') ?? 'sparekey');
  return {
    kind: 'redis',
    url: publicUrl(scheme ?? '', servers, database, deployment),
    deployment,
    servers,
    ...(scheme === 'rediss' && { tls: readTls(query) }),
    ...readCredentials(userInfo),
    database,
    prefix,
    storeTimeoutMs: readTimeout(query.get('storeTimeout')),
  };
}

/** The URL without user, password and options, for people who look for the servers. */
function publicUrl(
  scheme: string,
  servers: readonly RedisServer[],
  database: number,
  deployment: RedisDeployment,
): string {
  const list = servers.map(formatAddress).join(',');
  switch (deployment.kind) {
    case 'single':
      return `${scheme}://${list}/${database}`;
    case 'sentinel':
      return `${scheme}+sentinel://${list}/${database}?master=${deployment.master}`;
    case 'cluster':
      return `${scheme}+cluster://${list}`;
  }
}

function readQuery(text: string, known: readonly string[]): URLSearchParams {
  const query = new URLSearchParams(text);
  for (const name of query.keys()) {
    if (!known.includes(name)) throw new RedisUrlError(`after the "?" nothing but ${known.join(', ')}`);
    if (query.getAll(name).length > 1) throw new RedisUrlError(`${name} once`);
  }
  return query;
}

function readServers(list: string, kind: RedisDeployment['kind']): RedisServer[] {
  const defaultPort = kind === 'sentinel' ? 26_379 : 6379;
  const servers = list.split(',').map((one): RedisServer => {
    const match = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(one.trim());
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3] ?? defaultPort);
    if (host === undefined || port < 1 || port > 65_535)
      throw new RedisUrlError('HOST:PORT, or several with commas');
    return { host, port };
  });
  if (kind === 'single' && servers.length > 1) {
    throw new RedisUrlError('one host; several only with redis+sentinel:// or redis+cluster://');
  }
  return servers;
}

function readDatabase(written: string, kind: RedisDeployment['kind']): number {
  if (kind === 'cluster' && written !== '' && written !== '0')
    throw new RedisUrlError('no database: a cluster has one');
  if (!/^\d{0,4}$/.test(written)) throw new RedisUrlError('a database number after the "/"');
  return Number(written);
}

function readDeployment(kind: RedisDeployment['kind'], query: URLSearchParams): RedisDeployment {
  if (kind !== 'sentinel') return { kind };
  const master = query.get('master') ?? '';
  if (!/^[\w.-]{1,128}$/.test(master))
    throw new RedisUrlError('?master=NAME, the name the sentinels give the master');
  const auth = query.get('sentinelAuth') ?? 'false';
  if (auth !== 'true' && auth !== 'false') throw new RedisUrlError('sentinelAuth=true or sentinelAuth=false');
  return { kind, master, sentinelAuth: auth === 'true' };
}

/** Braces would change which part of a key's name a cluster looks at. */
function readPrefix(prefix: string): string {
  if (/^[\w.:-]{1,64}$/.test(prefix)) return prefix;
  throw new RedisUrlError('a prefix of at most 64 letters, digits and . : _ -');
}

function readTls(query: URLSearchParams): RedisTls {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => query.get(name) ?? undefined);
  if ((cert === undefined) !== (key === undefined)) throw new RedisUrlError('cert and key together');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function readCredentials(userInfo: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (userInfo === undefined) return {};
  const colon = userInfo.indexOf(':');
  if (colon < 0) throw new RedisUrlError('USER:PASSWORD, or :PASSWORD, before the "@"');
  const username = decodeURIComponent(userInfo.slice(0, colon));
  const password = decodeURIComponent(userInfo.slice(colon + 1));
  if (password === '') throw new RedisUrlError('a password that is not empty');
  return { ...(username !== '' && { username }), password: new Secret(password) };
}

function readTimeout(written: string | null): number {
  const { min, max } = timeoutMs;
  const value = written === null ? timeoutMs.default : parseDuration(written);
  if (value !== undefined && value >= min && value <= max) return value;
  throw new RedisUrlError(`a storeTimeout from ${formatDuration(min)} to ${formatDuration(max)}`);
}
