import type { Schema } from '../../schema/introspect.ts';
import { isBlank } from './fields.ts';
import type { Place, Reading } from './reading.ts';
import { readScalar } from './values.ts';

/** The most that a key may weigh. */
const MAX_WEIGHT = 1000;

/**
 * The tokens of a pool. The plugin picks one at random, so that one which stands there twice has twice the weight; an empty one
 * beside others would only fail.
 * @param items the schema of one
 */
export function readTokens(value: unknown, items: Schema, place: Place, reading: Reading): unknown[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!reading.isPlugins) return list;
  const isAllBlank = list.every(isBlank);
  const pool: { readonly token: unknown; weight: number }[] = [];
  const known = new Map<unknown, { weight: number }>();
  for (const [index, item] of list.entries()) {
    const at = reading.enter(place, pool.length, index);
    const token = readScalar('apiTokens', items, item, at, reading);
    const earlier = known.get(token);
    if (isBlank(token) && !isAllBlank) reading.note(at, 'a token that is not blank; it is left out');
    else if (earlier !== undefined && !isBlank(token)) {
      reading.note(at, 'a token that no earlier item has; it is a weight of that one');
      earlier.weight = Math.min(earlier.weight + 1, MAX_WEIGHT);
    } else {
      const key = { token, weight: 1 };
      known.set(token, key);
      pool.push(key);
    }
  }
  return pool.map(({ token, weight }) => (weight === 1 ? token : { key: token, weight }));
}
