import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * IPv4 networks that are not of the public internet: iana.org/assignments/iana-ipv4-special-registry, and multicast. The last
 * one is Azure's, which is public by its number, and answers virtual machines alone
 * (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '168.63.129.16/32',
];

/**
 * Of IPv6 nothing is public but global unicast (RFC 4291, 2.4), so that mapped and translated IPv4 (`::ffff:0:0/96`,
 * `64:ff9b::/96`), unique local, link-local and all that may come to be are not; and of that not what
 * iana.org/assignments/iana-ipv6-special-registry takes out of it: Teredo and 6to4, which lead to IPv4, and documentation.
 */
const GLOBAL_IPV6 = ['2000::/3'];
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const special = networks([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const global = networks(GLOBAL_IPV6);

/** Whether an address is one of the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  return isIPv6(address) && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Addresses, and networks such as `10.0.0.0/8`, to look addresses up in. Throws where one is neither. */
export function networks(written: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of written) {
    const [address = '', prefix] = each.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
