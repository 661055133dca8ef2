import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckBudget } from '../../src/probe/check-budget.ts';

const START = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

void test('a day has as many paid checks as were asked for, and the next day has them again', () => {
  const budget = new CheckBudget(2);
  assert.deepEqual([budget.take(START), budget.isSpent(START), budget.take(START + 1)], [true, false, true]);
  assert.deepEqual([budget.take(START + 2), budget.isSpent(START + 2)], [false, true]);
  assert.equal(budget.spentUntil(START + 2), START + DAY_MS);
  assert.deepEqual([budget.isSpent(START + DAY_MS), budget.take(START + DAY_MS)], [false, true]);
});

void test('a budget of nothing allows nothing', () => {
  const budget = new CheckBudget(0);
  assert.equal(budget.take(START), false);
  assert.equal(budget.isSpent(START), true);
});
