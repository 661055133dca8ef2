import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruMap } from '../../src/routing/lru-map.ts';

void test('of more entries than fit, the most recently used stay', () => {
  const recent = new LruMap<number>(3);
  for (const key of ['a', 'b', 'c']) recent.set(key, 1);
  recent.get('a');
  recent.set('d', 1);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => recent.get(key)),
    [1, undefined, 1, 1],
  );
  recent.set('a', 2);
  recent.set('e', 1);
  assert.deepEqual([recent.size, recent.get('a'), recent.get('c')], [3, 2, undefined]);
  recent.delete('a');
  assert.equal(recent.get('a'), undefined);
});
