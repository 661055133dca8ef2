import { z } from 'zod';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { Secret } from '../../base/secret.ts';
import { kinds } from './scalars.ts';

/** IANA's port of SOCKS; those of HTTP are what proxies without a port are called at. */
const DEFAULT_PORTS: Readonly<Record<string, readonly [ProxyAddress['protocol'], number]>> = {
  'http:': ['http:', 80],
  'https:': ['https:', 443],
  'socks:': ['socks5:', 1080],
  'socks5:': ['socks5:', 1080],
  // Names are looked up by the proxy in either case.
  'socks5h:': ['socks5:', 1080],
};

const expected =
  'a URL of a proxy, such as http://proxy.internal:3128 or socks5://USER:PASSWORD@HOST:1080, or none';

/** The address in a URL; undefined where it is not one of a proxy. A scheme may be missing: it is HTTP then. */
export function parseProxyUrl(written: string): ProxyAddress | undefined {
  const text = written.trim();
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  const known = DEFAULT_PORTS[url?.protocol ?? ''];
  if (url === null || known === undefined) return undefined;
  const [protocol, port] = known;
  const isPlain = /^\/?$/.test(url.pathname) && url.search === '' && url.hash === '';
  const credentials = credentialsIn(url);
  if (!isPlain || url.hostname === '' || credentials === 'malformed') return undefined;
  return {
    protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? port : Number(url.port),
    ...(credentials !== undefined && { credentials }),
  };
}

function credentialsIn({ username, password }: URL): ProxyAddress['credentials'] | 'malformed' {
  if (username === '' && password === '') return undefined;
  try {
    return { user: decodeURIComponent(username), password: new Secret(decodeURIComponent(password)) };
  } catch {
    return 'malformed';
  }
}

/** The proxy that requests go by; `none`: they go directly, whatever else says otherwise. */
export function proxyUrl() {
  return z
    .string({ error: expected })
    .transform((written, context): ProxyAddress | 'none' => {
      if (written.trim() === 'none') return 'none';
      const address = parseProxyUrl(written);
      if (address !== undefined) return address;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL of a proxy or `none`', isSecret: true });
}
