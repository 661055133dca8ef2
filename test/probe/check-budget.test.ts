import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckBudget } from '../../src/probe/check-budget.ts';

const START = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

void test('a day has as many paid checks as configured, and the next day has them again', () => {
  const budget = new CheckBudget(2);
  assert.deepEqual([budget.take(START), !budget.has(START), budget.take(START + 1)], [true, false, true]);
  assert.deepEqual([budget.take(START + 2), !budget.has(START + 2)], [false, true]);
  assert.equal(budget.spentUntil(START + 2), START + DAY_MS);
  assert.deepEqual([!budget.has(START + DAY_MS), budget.take(START + DAY_MS)], [false, true]);
});

void test('a day that a clock began ahead is over once that clock is set back', () => {
  const budget = new CheckBudget(1);
  assert.deepEqual([budget.take(START + 2 * DAY_MS), budget.has(START + 2 * DAY_MS)], [true, false]);
  assert.deepEqual(
    [budget.spentUntil(START), budget.take(START), budget.has(START)],
    [undefined, true, false],
  );
});

void test('a budget of nothing allows nothing', () => {
  const budget = new CheckBudget(0);
  assert.equal(budget.take(START), false);
  assert.equal(budget.has(START), false);
});

void test('what may use up a part of a day leaves the rest to others', () => {
  const budget = new CheckBudget(4);
  assert.deepEqual(
    [budget.take(START, 0.5), budget.take(START, 0.5), budget.take(START, 0.5)],
    [true, true, false],
  );
  assert.deepEqual(
    [budget.has(START, 0.5), budget.has(START), budget.spentUntil(START), budget.spentUntil(START, 0.5)],
    [false, true, undefined, START + DAY_MS],
  );
  assert.deepEqual([budget.take(START), budget.take(START), budget.take(START)], [true, true, false]);
});
