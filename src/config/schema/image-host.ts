import { isIP } from 'node:net';
import { z } from 'zod';
import { kinds } from './scalars.ts';

/** A name of a host as DNS has it (RFC 1123, 2.1). */
const HOST = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/iu;

/** A host that images may be fetched from: a name, an address, or a network of them. */
export function imageHost() {
  const error = 'a host name, an address, or a network such as 10.1.0.0/16';
  return z
    .string({ error })
    .transform((written, context): string => {
      const host = written.trim().toLowerCase();
      if (isNetwork(host) || (HOST.test(host) && !/^[\d.]+$/u.test(host))) return host;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'host or network' });
}

function isNetwork(written: string): boolean {
  const [address = '', prefix = '', ...more] = written.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%')) return false;
  if (!written.includes('/')) return true;
  return /^\d{1,3}$/u.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
}
