import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorrelatedFailures } from '../../../src/failover/outlier-detection/correlated-failures.ts';
import type { PoolView } from '../../../src/failover/outlier-detection/correlated-failures.ts';

const START = 1_700_000_000_000;

function fleet(size: number, answered: Readonly<Record<string, number>> = {}): PoolView {
  return { size, lastSuccessAt: (keyId) => answered[keyId] ?? 0 };
}

void test('one key that fails is one key that fails', () => {
  const sense = new CorrelatedFailures();
  for (let i = 0; i < 20; i++) {
    assert.equal(sense.recordFailure('a', 'server-error', fleet(5), START + i).kind, 'isolated');
  }
});

void test('keys that fail alike while nothing answers are the provider: what was counted is withdrawn', () => {
  const sense = new CorrelatedFailures();
  assert.equal(sense.recordFailure('a', 'server-error', fleet(5), START).kind, 'isolated');
  assert.equal(sense.recordFailure('b', 'server-error', fleet(5), START + 10).kind, 'isolated');
  assert.deepEqual(sense.recordFailure('c', 'server-error', fleet(5), START + 20), {
    kind: 'began',
    keys: ['a', 'b', 'c'],
    since: START + 20 - 5_000,
  });
  assert.equal(sense.recordFailure('d', 'server-error', fleet(5), START + 30).kind, 'frozen');
  assert.equal(sense.isEjectionFrozen(START + 9_000), true);
  assert.equal(sense.isEjectionFrozen(START + 11_000), false);
});

void test('keys that fail alike while others answer are bad keys', () => {
  const sense = new CorrelatedFailures();
  for (let i = 0; i < 10; i++) sense.recordSuccess(START + i);
  for (const key of ['a', 'b', 'c', 'd']) {
    assert.equal(sense.recordFailure(key, 'server-error', fleet(9), START + 20).kind, 'isolated');
  }
});

void test('keys that answer and fail by turns are a provider in trouble', () => {
  const sense = new CorrelatedFailures();
  const answered = { a: START, b: START, c: START };
  for (let i = 0; i < 10; i++) sense.recordSuccess(START + i);
  sense.recordFailure('a', 'server-error', fleet(9, answered), START + 20);
  sense.recordFailure('b', 'server-error', fleet(9, answered), START + 20);
  assert.equal(sense.recordFailure('c', 'server-error', fleet(9, answered), START + 20).kind, 'began');
});

void test('keys that fail in different ways have different troubles', () => {
  const sense = new CorrelatedFailures();
  const kinds = ['a', 'b', 'c', 'd'].map(
    (key) => sense.recordFailure(key, `trouble of ${key}`, fleet(5), START).kind,
  );
  assert.deepEqual(kinds, ['isolated', 'isolated', 'isolated', 'isolated']);
});

void test('failures that lie apart in time have nothing in common', () => {
  const sense = new CorrelatedFailures();
  const kinds = ['a', 'b', 'c', 'd'].map(
    (key, i) => sense.recordFailure(key, 'server-error', fleet(5), START + i * 4_000).kind,
  );
  assert.deepEqual(kinds, ['isolated', 'isolated', 'isolated', 'isolated']);
});

void test('in a pool of two both must fail; a pool of one can tell nothing', () => {
  const two = new CorrelatedFailures();
  assert.equal(two.recordFailure('a', 'server-error', fleet(2), START).kind, 'isolated');
  assert.equal(two.recordFailure('b', 'server-error', fleet(2), START).kind, 'began');
  assert.equal(new CorrelatedFailures().recordFailure('a', 'server-error', fleet(1), START).kind, 'isolated');
});

void test('a trouble that goes on counts against no key that has answered of late, however few fail alike by then', () => {
  const sense = new CorrelatedFailures();
  const answered: Record<string, number> = {};
  for (const key of ['a', 'b', 'c']) sense.recordFailure(key, 'server-error', fleet(3, answered), START);
  for (const key of ['a', 'b', 'c']) answered[key] = START + 4_900;
  for (let i = 0; i < 10; i++) sense.recordSuccess(START + 4_900);
  assert.equal(sense.recordFailure('a', 'server-error', fleet(3, answered), START + 5_100).kind, 'frozen');
  assert.equal(sense.recordFailure('b', 'server-error', fleet(3, answered), START + 5_200).kind, 'frozen');
});
