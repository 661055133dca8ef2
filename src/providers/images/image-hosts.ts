import { isIP } from 'node:net';
import { isPublicAddress, networks } from './public-address.ts';

/** Which servers images may be fetched from. */
export interface ImageHosts {
  /** Why a URL is not asked, in words for the client; undefined where it may be. */
  refusalOf(url: URL): string | undefined;
  /** Whether a connection for a host may be made to an address. */
  permits(host: string, address: string): boolean;
}

/**
 * The public internet by `https:` at its usual port; and what the operator names, which may be a private network, by any port and
 * `http:` too.
 * @param named - host names, and addresses or networks: those of the configuration
 */
export function imageHosts(named: readonly string[]): ImageHosts {
  const names = new Set(named.filter((each) => !isNetwork(each)).map((each) => each.toLowerCase()));
  const own = networks(named.filter(isNetwork));
  const isOwn = (address: string): boolean => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const isNamed = (host: string): boolean => names.has(host) || (isIP(host) !== 0 && isOwn(host));
  return {
    refusalOf: (url) => {
      if (url.username !== '' || url.password !== '') return 'it holds a user or a password';
      if (isNamed(hostOf(url)) && url.protocol === 'http:') return undefined;
      if (url.protocol !== 'https:') return 'only https: is fetched';
      if (url.port !== '' && !isNamed(hostOf(url))) return 'only the usual port of https: is asked';
      return undefined;
    },
    permits: (host, address) => names.has(host.toLowerCase()) || isPublicAddress(address) || isOwn(address),
  };
}

function isNetwork(each: string): boolean {
  return isIP(each.split('/')[0] ?? '') !== 0;
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/u, '$1');
}
