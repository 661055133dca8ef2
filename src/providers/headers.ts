import { withoutKeyProtocol } from '../dialects/key-protocol.ts';

/**
 * Headers of a client's request that stop here. The client's credential is between the client and Sparekey;
 * hop-by-hop headers are between two neighbours (RFC 9110, 7.6.1); what describes the body's length or the
 * encodings we can relay is said anew; and where the client is, is nobody's business upstream.
 */
const STOPS_HERE: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'cookie',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'accept-encoding',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'x-mse-consumer',
  'x-sparekey-hold',
  'origin',
  'referer',
]);

/**
 * How names begin that go the same way. What AWS and Tencent Cloud read beside a signature belongs to whoever signs:
 * a client's would spoil ours, and a good key would be refused.
 */
const STOPS_BY_PREFIX = ['sec-fetch-', 'x-amz-', 'x-tc-'] as const;

/**
 * What of a client's headers travels on.
 * @param raw - name, value, name, value, as received
 * @returns the same form, in the same order, without those that stop here or that `connection` names
 */
export function forwardedHeaders(raw: readonly string[]): string[] {
  const hops = connectionNames(raw);
  const forwarded: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (STOPS_HERE.has(lower) || hops?.includes(lower) || stopsByPrefix(lower)) continue;
    const value = raw[i + 1] ?? '';
    const passed = lower === 'sec-websocket-protocol' ? withoutKeyProtocol(value) : value;
    if (passed !== '' || value === '') forwarded.push(name, passed);
  }
  return forwarded;
}

function stopsByPrefix(lowerName: string): boolean {
  return STOPS_BY_PREFIX.some((prefix) => lowerName.startsWith(prefix));
}

/** Headers that the sender's `connection` headers declare hop-by-hop; undefined for the usual `keep-alive`. */
function connectionNames(raw: readonly string[]): string[] | undefined {
  let names: string[] | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name.length !== 10 || value === 'keep-alive' || name.toLowerCase() !== 'connection') continue;
    names = [...(names ?? []), ...value.split(',').map((item) => item.trim().toLowerCase())];
  }
  return names;
}
