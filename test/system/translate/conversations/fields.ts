import type { JsonBody } from './plan.ts';

/* Reading what came back, of which nothing is known. */

/** An object, empty where the value is none. */
export function objectIn(value: unknown): JsonBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** The objects of a list. */
export function objectsIn(value: unknown): JsonBody[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map(objectIn);
}

/** A text, empty where the value is none. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The JSON of each event of a stream. */
export function eventsIn(stream: string): JsonBody[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => objectIn(JSON.parse(line.slice('data: '.length))));
}

/** Members that are not undefined. */
export function defined(members: JsonBody): JsonBody {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The turn's results in the order in which they come; those that are missing are left out. */
export function inOrder<T>(
  results: readonly T[],
  how: 'all' | 'reversed' | 'last-missing' | 'none',
): readonly T[] {
  switch (how) {
    case 'all':
      return results;
    case 'reversed':
      return results.toReversed();
    case 'last-missing':
      return results.slice(0, -1);
    case 'none':
      return [];
  }
}
