import { z } from 'zod';
import { normalizedHost } from '../../base/host-name.ts';
import { kinds } from './scalars.ts';

const HOST_PATTERN = /^(?:\*|\*?(?:\[[\da-f:.]+\]|[^\s*:/?#@[\]\\]+)|[^\s*:/?#@[\]\\]+\*)$/i;
const PATH_PREFIX = /^\/[^\s?#]*$/;

/** Whether a text says which hosts are meant: a name without port, `*suffix`, `prefix*`, or `*` for all. */
export function isHostPattern(text: string): boolean {
  return HOST_PATTERN.test(text);
}

/** Whether a text can begin a path. */
function isPathPrefix(text: string): boolean {
  return PATH_PREFIX.test(text);
}

/** Hosts: names without port, `*suffix`, `prefix*`, or `*` for all; in lower case. */
export function hostPatterns() {
  const error = 'a host name without port, *suffix, prefix* or *';
  const pattern = z
    .string({ error })
    .trim()
    .refine(isHostPattern, { error })
    .transform(normalizedHost)
    .register(kinds, { kind: 'host pattern' });
  return z
    .array(pattern, { error: 'a list of host names' })
    .min(1, { error: 'at least one host name' })
    .register(kinds, { kind: 'list of host patterns' });
}

/** Beginnings of paths, without a final slash. */
export function pathPrefixes() {
  const error = 'the beginning of a path, such as /team-a';
  const prefix = z
    .string({ error })
    .trim()
    .refine(isPathPrefix, { error })
    .transform((path) => path.replace(/\/+$/, ''))
    .register(kinds, { kind: 'path' });
  return z
    .array(prefix, { error: 'a list of paths' })
    .min(1, { error: 'at least one path' })
    .register(kinds, { kind: 'list of paths' });
}
