import { z } from 'zod';
import { kinds } from './scalars.ts';

/** Values that say where something is, and are no base URLs. */

/** Where a file is: a query may stand behind. */
export function fileUrl() {
  const error = 'an http:// or https:// URL without credentials, such as https://example.com/context.txt';
  return z
    .string({ error })
    .transform((written, context): string => {
      const url = plainUrl(written.trim());
      if (url !== undefined) return url.href;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL' });
}

/** A host to stand in for another, with its port where that is not the usual one, and a scheme where that changes. */
export function otherHost() {
  const error = 'a host such as example.com or example.com:8000, or http:// or https:// and a host';
  return z
    .string({ error })
    .transform((written, context): string => {
      const given = written.trim().replace(/\/$/, '');
      const hasScheme = given.includes('://');
      const url = plainUrl(hasScheme ? given : `http://${given}`);
      if (url?.pathname === '/' && !/[?#]/.test(given)) return hasScheme ? url.origin : given;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'host or URL' });
}

function plainUrl(written: string): URL | undefined {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}
