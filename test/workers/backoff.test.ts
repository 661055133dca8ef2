import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextWait } from '../../src/workers/backoff.ts';

const BOUNDS = { firstMs: 100, maxMs: 1_000, provenMs: 60_000 };

/** The waits after lives of these lengths. */
function waits(lives: readonly number[]): number[] {
  let last = 0;
  return lives.map((livedMs) => (last = nextWait(last, livedMs, BOUNDS)));
}

void test('the wait doubles with every early end, up to its bound', () => {
  assert.deepEqual(waits([5, 5, 5, 5, 5, 5, 5]), [100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

void test('a worker that ran for long starts with the first wait again', () => {
  assert.deepEqual(waits([5, 5, 59_999, 60_000, 5]), [100, 200, 400, 100, 200]);
});
