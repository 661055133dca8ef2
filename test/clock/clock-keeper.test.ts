import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClockKeeper } from '../../src/clock/clock-keeper.ts';
import { StateClock } from '../../src/clock/state-clock.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
const NEAR_MS = 30_000;

interface Fixture {
  readonly clock: StateClock;
  readonly keeper: ClockKeeper;
  /** By how much the clock was set, each time. */
  readonly sets: readonly number[];
}

function begin(context: TestContext, storeTime: () => Promise<number>): Fixture {
  const clock = new StateClock();
  const sets: number[] = [];
  const onSet = (byMs: number): void => void sets.push(byMs);
  const keeper = new ClockKeeper({ clock, storeTime, onNotice: () => undefined, onSet });
  context.after(() => keeper.close());
  return { clock, keeper, sets };
}

function assertAhead({ clock }: Fixture, aheadMs: number): void {
  const off = clock.now() - Date.now() - aheadMs;
  assert.ok(Math.abs(off) < NEAR_MS, `${off} ms off`);
}

void test('a store that does not answer is read again soon, and its clock is used then', async (context) => {
  let isAway = true;
  const fixture = begin(context, () =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve(Date.now() + DAY_MS),
  );
  await fixture.keeper.syncWithStore();
  assertAhead(fixture, 0);
  isAway = false;
  await until(() => fixture.sets.length > 0);
  assertAhead(fixture, DAY_MS);
  assert.ok(Math.abs((fixture.sets[0] ?? NaN) - DAY_MS) < NEAR_MS);
});

void test('a slow first answer is better than the wall clock; a slow later one is ignored', async (context) => {
  let [aheadMs, tripMs] = [DAY_MS, 1_100];
  const fixture = begin(context, async () => {
    await sleep(tripMs);
    return Date.now() + aheadMs;
  });
  await fixture.keeper.syncWithStore();
  assertAhead(fixture, DAY_MS);
  aheadMs = 0;
  await fixture.keeper.syncWithStore();
  assertAhead(fixture, DAY_MS);
  tripMs = 0;
  await until(async () => {
    await fixture.keeper.syncWithStore();
    return fixture.sets.length >= 2;
  });
  assertAhead(fixture, 0);
});
