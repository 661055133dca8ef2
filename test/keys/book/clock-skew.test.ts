import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftEvent, withoutFutureTimes } from '../../../src/keys/book/clock-skew.ts';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { isCurrent } from '../../../src/keys/record/circuit-status.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { Hold, KeyRecord } from '../../../src/keys/record/record.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const held = (since: number, forMs: number): Hold => ({
  model: 'm',
  cause: 'throttled',
  rule: 'r',
  since,
  until: since + forMs,
  strikes: 1,
});

void test('a record of a clock that is right, or a little ahead, is the very same', () => {
  for (const since of [0, NOW - DAY, NOW, NOW + 900]) {
    const record: KeyRecord = { ...FRESH, epoch: 2, since, holds: [held(since, 3 * DAY)] };
    assert.equal(withoutFutureTimes(record, NOW), record);
  }
});

void test('a hold that was dated a day ahead lasts as long as it was to, from now', () => {
  const right = held(NOW - 1_000, 30_000);
  const record: KeyRecord = {
    ...FRESH,
    since: NOW - 5_000,
    holds: [{ ...right, model: 'n' }, held(NOW + DAY, 20_000)],
  };
  assert.deepEqual(withoutFutureTimes(record, NOW), {
    ...record,
    holds: [{ ...right, model: 'n' }, held(NOW, 20_000)],
  });
});

void test('holds that a clock a day ahead ended are ended, and later ones count', () => {
  const record: KeyRecord = { ...FRESH, liftedAt: NOW + DAY };
  assert.deepEqual(withoutFutureTimes(record, NOW), { ...FRESH, liftedAt: NOW });
});

void test('a key that left a day ahead is checked after its interval, and comes back after its cooldown', () => {
  const since = NOW + DAY;
  const record: KeyRecord = {
    state: 'out-of-service',
    epoch: 1,
    since,
    cause: 'failures',
    rule: 'r',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: since + 10_000,
    returnsAt: since + 60_000,
    decisions: [{ at: since, effect: 'taken-out' }],
  };
  assert.deepEqual(withoutFutureTimes(record, NOW), {
    ...record,
    since: NOW,
    nextCheckAt: NOW + 10_000,
    returnsAt: NOW + 60_000,
    decisions: [{ at: NOW, effect: 'taken-out' }],
  });
});

void test('a check of a key that a clock ahead put off is put off no further, though the key left before', () => {
  const record: KeyRecord = {
    state: 'out-of-service',
    epoch: 1,
    since: NOW - DAY,
    cause: 'failures',
    rule: 'r',
    passes: 0,
    failedChecks: 3,
    nextCheckAt: NOW + DAY + 40_000,
    returnsAt: NOW + 5_000,
    decisions: [{ at: NOW + DAY, effect: 'check-failed' }],
  };
  assert.deepEqual(withoutFutureTimes(record, NOW), {
    ...record,
    nextCheckAt: NOW + 40_000,
    decisions: [{ at: NOW, effect: 'check-failed' }],
  });
});

void test('a circuit that a clock a day ahead opened delays no trial, and is replaced by newer statuses', () => {
  const mark = { model: 'm', state: 'open', at: NOW + DAY, since: NOW + DAY, strikes: 1, rule: 'r' } as const;
  const ahead = { ...mark, until: NOW + DAY + 5_000 };
  assert.equal(isCurrent(ahead, NOW), false);
  const [reported] = withoutFutureTimes({ ...FRESH, circuits: [ahead] }, NOW).circuits ?? [];
  assert.deepEqual(reported, { ...mark, at: NOW, since: NOW, until: NOW + 5_000 });
});

void test('all times of an event move with the clock that dated it', () => {
  const status = {
    model: 'm',
    state: 'open',
    at: NOW,
    since: NOW - 5,
    until: NOW + 5,
    strikes: 1,
    rule: 'r',
  } as const;
  const circuit: KeyEvent = { type: 'circuit', at: NOW, status };
  assert.deepEqual(shiftEvent(circuit, DAY), {
    type: 'circuit',
    at: NOW + DAY,
    status: { ...status, at: NOW + DAY, since: NOW - 5 + DAY, until: NOW + 5 + DAY },
  });
  const headroom: KeyEvent = { type: 'headroom', at: NOW, model: 'm', scarceUntil: NOW + 10 };
  assert.deepEqual(shiftEvent(headroom, -DAY), { ...headroom, at: NOW - DAY, scarceUntil: NOW + 10 - DAY });
  const pardoned: KeyEvent = { type: 'pardoned', at: NOW, since: NOW - 10 };
  assert.deepEqual(shiftEvent(pardoned, DAY), { type: 'pardoned', at: NOW + DAY, since: NOW - 10 + DAY });
});
