import { BlockList, isIP } from 'node:net';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { parseProxyUrl } from '../schema/proxy-url.ts';
import type { Config } from '../schema/schema.ts';
import type { ConfigProblem } from './problem.ts';

/**
 * The configuration in which providers that say nothing of a proxy have that of the environment, by the customs that curl
 * documents: `https_proxy`, `http_proxy` and `all_proxy`, in capitals too, and `no_proxy` for hosts that are reached
 * directly. This machine always is. What is no URL of a proxy counts as absent, which `proxyWarnings` tells.
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

/** Variables that are to name a proxy, and name none. */
export function proxyWarnings(env: NodeJS.ProcessEnv): readonly ConfigProblem[] {
  return ['https_proxy', 'http_proxy', 'all_proxy']
    .flatMap((name) => [name, name.toUpperCase()])
    .filter((name) => Boolean(env[name]) && parseProxyUrl(env[name] ?? '') === undefined)
    .map((name) => ({
      path: name,
      expected: 'the URL of a proxy, such as http://proxy.internal:3128: there is none now',
    }));
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

/** @param entry - a host, `.host` or `*.host` for those under it, `*`; with or without a port; or a network, `10.0.0.0/8` */
function covers(entry: string, host: string, port: string): boolean {
  const { name = entry, at } =
    /^(?<name>.*[^:]):(?<at>\d+)$/.exec(isIP(entry) === 6 ? '' : entry)?.groups ?? {};
  if (entry.includes('/')) return isWithin(host, entry);
  if (at !== undefined && at !== port) return false;
  if (name === '*') return true;
  const named = bare(name.replace(/^\*?\./, ''));
  return host === named || (isIP(host) === 0 && host.endsWith(`.${named}`));
}

function isWithin(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const isNetwork =
    isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv6' ? 128 : 32);
  if (!isNetwork || isIP(host) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}

/** In lower case, without brackets and without the dot of a whole name. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
