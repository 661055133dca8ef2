const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * Whose connections are counted together: those of one IPv4 address, or of one /64 of IPv6, which is what one subscriber
 * has at least (RFC 6177) and may take any address of.
 * @param address - as Node tells it: no name, and IPv6 in its short form
 */
export function addressGroup(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (!plain.includes(':')) return plain;
  const [left = '', right] = plain.split('%', 1)[0]?.split('::') ?? [];
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const omitted = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...omitted, ...after].slice(0, 4).join(':');
}
