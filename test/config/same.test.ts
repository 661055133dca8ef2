import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../src/base/secret.ts';
import { isSame } from '../../src/config/same.ts';

function value(password: string, models: readonly unknown[] = [/^gpt-/, 'o3']): unknown {
  return {
    state: { kind: 'redis', password: new Secret(password) },
    models,
    none: undefined,
  };
}

void test('values are the same by what they say, secrets too', () => {
  assert.equal(isSame(value('one'), value('one')), true);
  const others = [
    value('two'),
    value('one', [/^gpt-/i, 'o3']),
    value('one', ['o3', /^gpt-/]),
    value('one', []),
    { state: undefined, models: undefined, none: undefined },
    undefined,
    null,
    'one',
  ];
  assert.deepEqual(
    others.map((other) => isSame(value('one'), other)),
    others.map(() => false),
  );
  assert.equal(isSame([], {}), false);
  assert.equal(isSame(new Secret('one'), {}), false);
  assert.equal(isSame({ one: undefined }, { other: undefined }), false);
  assert.equal(isSame(null, undefined), false);
});
