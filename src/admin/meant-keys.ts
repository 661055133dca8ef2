import type { PooledKey } from '../keys/pool/pool.ts';

/**
 * The keys that a text means, in this order, the first that finds any: the one with that id; those with that name; those
 * whose id or name begins so, whatever the case of the name. `PROVIDER/` may stand before each.
 */
export function meantBy<Key extends { readonly pooled: Pick<PooledKey, 'key'> }>(
  text: string,
  keys: Iterable<Key>,
): readonly Key[] {
  const lower = text.toLowerCase();
  const named: Key[] = [];
  const begun: Key[] = [];
  for (const each of keys) {
    const { id, name, providerId } = each.pooled.key;
    const within = `${providerId}/`;
    const [part, lowerPart] = text.startsWith(within)
      ? [text.slice(within.length), lower.slice(within.length)]
      : [text, lower];
    if (id === part || id === text) return [each];
    if (name !== '' && (name === part || name === text)) named.push(each);
    else if ([id, name.toLowerCase()].some((known) => begins(known, lowerPart) || begins(known, lower)))
      begun.push(each);
  }
  return named.length > 0 ? named : begun;
}

/** An empty beginning means nothing. */
function begins(known: string, text: string): boolean {
  return text !== '' && known.startsWith(text);
}
