import { isDeepStrictEqual } from 'node:util';
import { Secret } from '../base/secret.ts';

/**
 * Whether two values of a configuration say the same, secrets by their texts: to Node all secrets are alike. Requests wait for it,
 * and pools may have very many keys.
 */
export function isSame(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  if (one.constructor !== other.constructor) return false;
  if (one instanceof Secret && other instanceof Secret) return one.reveal() === other.reveal();
  if (one instanceof RegExp) return isDeepStrictEqual(one, other);
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every(
      (name) => Object.hasOwn(other, name) && isSame(Reflect.get(one, name), Reflect.get(other, name)),
    )
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
