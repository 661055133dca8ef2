import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineMs } from '../../src/clock/machine-time.ts';
import { StateClock } from '../../src/clock/state-clock.ts';

/** A reading of a store whose clock is ahead of the wall's, with a round trip of `tripMs`. */
function reading(aheadMs: number, tripMs = 2) {
  const answeredAt = machineMs();
  const askedAt = answeredAt - tripMs;
  return { time: Date.now() - tripMs / 2 + aheadMs, askedAt, answeredAt };
}

function assertAhead(clock: StateClock, aheadMs: number): void {
  const off = clock.now() - Date.now() - aheadMs;
  assert.ok(Math.abs(off) <= 100, `${off} ms off`);
}

void test('begins with the wall clock, in whole milliseconds', () => {
  const clock = new StateClock();
  assertAhead(clock, 0);
  assert.ok(Number.isSafeInteger(clock.now()));
});

void test('takes over the time of a store whose clock is a day ahead, or behind', () => {
  for (const aheadMs of [86_400_000, -86_400_000]) {
    const clock = new StateClock();
    const { kind, byMs } = clock.sync(reading(aheadMs));
    assert.equal(kind, 'stepped');
    assert.ok(Math.abs(byMs - aheadMs) <= 100, String(byMs));
    assertAhead(clock, aheadMs);
    assert.equal(clock.sync(reading(aheadMs)).kind, 'agrees');
  }
});

void test('ignores a difference within the round trip to the store', () => {
  const clock = new StateClock();
  assert.equal(clock.sync(reading(400, 1_000)).kind, 'agrees');
  assertAhead(clock, 0);
});

void test('waits for a clock that is a little behind, and never goes back for it', () => {
  const clock = new StateClock();
  const before = clock.now();
  assert.equal(clock.sync(reading(-500)).kind, 'adjusted');
  const after = [clock.now(), clock.now()];
  assert.deepEqual(after, [Math.max(before, ...after), Math.max(before, ...after)], 'it stands still');
});
