import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../support/property.ts';
import { RetryBudget } from '../../src/failover/retry-budget.ts';

const START = 1_700_000_000_000;
/** More than any budget of these tests allows. */
const MAX_TRIES = 10_000;

/** Takes all extra tries there are. @returns how many */
function spend(budget: RetryBudget, at: number): number {
  let taken = 0;
  while (taken < MAX_TRIES && budget.tryAcquire(at)) taken++;
  return taken;
}

void test('ten extra tries are allowed whatever the traffic, and no eleventh', () => {
  const budget = new RetryBudget();
  const taken = Array.from({ length: 15 }, () => budget.tryAcquire(START));
  assert.deepEqual(taken.filter(Boolean).length, 10);
});

void test('with much traffic a fifth of the requests may be tried again', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 1_000; i++) budget.recordRequest(START + i);
  assert.equal(spend(budget, START + 1_000), 200);
});

void test('what is older than ten seconds no longer counts', () => {
  const budget = new RetryBudget();
  assert.equal(spend(budget, START), 10);
  assert.equal(budget.tryAcquire(START + 5_000), false);
  assert.equal(budget.tryAcquire(START + 10_000), true);
});

void test('over any schedule the extra tries of ten seconds stay within the budget', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 3_000 }), asks: fc.boolean() }), {
        maxLength: 300,
      }),
      (steps) => {
        const budget = new RetryBudget();
        const requests: number[] = [];
        const retries: number[] = [];
        let now = START;
        for (const { waitMs, asks } of steps) {
          now += waitMs;
          if (asks && budget.tryAcquire(now)) retries.push(now);
          if (!asks) {
            budget.recordRequest(now);
            requests.push(now);
          }
        }
        for (const end of retries) {
          // A slice is a second long: what counts is at most ten seconds old and at least nine.
          const recent = (at: number): boolean => at <= end && at > end - 9_000;
          const old = (at: number): boolean => at <= end && at > end - 10_000;
          const allowed = Math.max(10, Math.ceil(0.2 * requests.filter(old).length));
          assert.ok(retries.filter(recent).length <= allowed);
        }
      },
    ),
  );
});

void test('a clock set back changes nothing that was counted', () => {
  const budget = new RetryBudget();
  assert.equal(spend(budget, START + 60_000), 10);
  assert.equal(budget.tryAcquire(START), false);
});
