import { isIP } from 'node:net';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { parseProxyUrl } from '../schema/proxy-url.ts';
import type { Config } from '../schema/schema.ts';

/**
 * The configuration in which providers that say nothing of a proxy have that of the environment, by the customs that curl
 * documents: `https_proxy`, `http_proxy` and `all_proxy`, in capitals too, and `no_proxy` for hosts that are reached
 * directly. This machine always is. What is no URL of a proxy counts as absent.
 */
export function withEnvironmentProxies(config: Config, env: NodeJS.ProcessEnv): Config {
  return {
    ...config,
    providers: config.providers.map((provider) => {
      const proxy = provider.proxy ?? environmentProxy(new URL(provider.baseUrl), env);
      return proxy === undefined ? provider : { ...provider, proxy };
    }),
  };
}

function environmentProxy(url: URL, env: NodeJS.ProcessEnv): ProxyAddress | undefined {
  const named = (name: string): string => env[name.toLowerCase()] || env[name.toUpperCase()] || '';
  const written = named(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || named('all_proxy');
  if (written === '' || isDirect(url, named('no_proxy'))) return undefined;
  return parseProxyUrl(written);
}

function isDirect(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => covers(entry, host, port));
}

/** @param entry - a host, `.host` or `*.host` for those under it, `*`; with or without a port */
function covers(entry: string, host: string, port: string): boolean {
  const { name = entry, at } =
    /^(?<name>.*[^:]):(?<at>\d+)$/.exec(isIP(entry) === 6 ? '' : entry)?.groups ?? {};
  if (at !== undefined && at !== port) return false;
  if (name === '*') return true;
  const named = bare(name.replace(/^\*?\./, ''));
  return host === named || (isIP(host) === 0 && host.endsWith(`.${named}`));
}

/** In lower case, without brackets and without the dot of a whole name. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
