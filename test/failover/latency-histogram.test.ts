import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../support/property.ts';
import { LatencyHistogram } from '../../src/failover/latency-histogram.ts';

const START = 1_700_000_000_000;
const HOUR = 3_600_000;
const UNKNOWN_MS = 30_000;

/** What answers at these times have taught. */
function after(times: readonly number[], now = START): LatencyHistogram {
  const known = new LatencyHistogram(now);
  for (const ms of times) known.record(ms, now);
  return known;
}

const many = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

void test('until enough answers came the wait is the one that is given', () => {
  const known = after(many(15, 1_000));
  assert.equal(known.hasEnoughSamples(START), false);
  assert.equal(known.timeoutMs(UNKNOWN_MS, START), UNKNOWN_MS);
  known.record(1_000, START);
  assert.equal(known.hasEnoughSamples(START), true);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START) < 5_000);
});

void test('the wait is three times what all but a hundredth of the answers took', () => {
  const known = after([...many(399, 1_000), 20_000]);
  const waitMs = known.timeoutMs(UNKNOWN_MS, START);
  assert.ok(waitMs >= 3 * 1_000 && waitMs <= 3 * 1_415, `${waitMs} ms`);
  for (let i = 0; i < 10; i++) known.record(20_000, START);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START) >= 3 * 20_000);
});

void test('whatever answers took, at most a hundredth of them took longer than a third of the wait', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 16, maxLength: 500 });
  fc.assert(
    fc.property(times, (taken) => {
      const waitMs = after(taken).timeoutMs(UNKNOWN_MS, START);
      const slower = taken.filter((ms) => ms > (waitMs / 3) * 1.000_001).length;
      assert.ok(slower <= taken.length / 100, `${slower} of ${taken.length} took longer than ${waitMs / 3}`);
      const slowest = Math.max(...taken, 64);
      assert.ok(waitMs <= 3 * slowest * Math.SQRT2 * 1.000_001 || slowest > 64 * 2 ** 16);
    }),
  );
});

void test('one that has become slow is reached after a few tries, however fast it was and however slow it is', () => {
  const bounds = { floorMs: 10_000, mostMs: 600_000 };
  const history = fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 600 });
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: bounds.mostMs }), (taken, needMs) => {
      const known = after(taken);
      const boundedMs = (): number =>
        Math.min(Math.max(known.timeoutMs(UNKNOWN_MS, START), bounds.floorMs), bounds.mostMs);
      const maxCuts = Math.ceil(Math.log2(bounds.mostMs / bounds.floorMs));
      for (let cuts = 0, waitMs = boundedMs(); needMs > waitMs; waitMs = boundedMs()) {
        known.recordTimeout(waitMs, START);
        cuts++;
        assert.ok(cuts <= maxCuts, `${cuts} were cut off`);
      }
      // And once it is reached it stays so, as long as it is as slow.
      for (let i = 0; i < 100; i++) {
        known.record(needMs, START);
        const waitMs = Math.min(Math.max(known.timeoutMs(UNKNOWN_MS, START), bounds.floorMs), bounds.mostMs);
        assert.ok(waitMs >= needMs, `answer ${i} would have been cut off after ${waitMs} ms`);
      }
    }),
  );
});

void test('what is slow now and then is known after a few, and is not cut off any more', () => {
  const known = after(many(500, 1_000));
  let cuts = 0;
  for (let i = 1; i <= 2_000; i++) {
    const needMs = i % 20 === 0 ? 25_000 : 1_000;
    const waitMs = Math.max(known.timeoutMs(UNKNOWN_MS, START), 10_000);
    if (needMs <= waitMs) known.record(needMs, START);
    else {
      cuts++;
      known.recordTimeout(waitMs, START);
      assert.ok(i < 1_000, `cut off at ${i}`);
    }
  }
  assert.ok(cuts <= 12, `${cuts} of 100 were cut off`);
});

void test('an outage of silence is forgotten after a few answers', () => {
  const known = after(many(400, 1_000));
  for (let i = 0; i < 200; i++) known.recordTimeout(60_000, START);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START) >= 120_000);
  for (let i = 0; i < 6; i++) known.record(1_000, START);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START) < 5_000);
});

void test('what many requests met at one time counts once: the wait grows from the longest of them', () => {
  const known = after(many(100, 1_000));
  for (let i = 0; i < 50; i++) known.recordTimeout(10_000, START);
  assert.equal(known.timeoutMs(UNKNOWN_MS, START), 20_000);
});

void test('what is old counts for less, and is forgotten in the end', () => {
  const known = after(many(200, 60_000));
  for (let i = 0; i < 40; i++) known.record(1_000, START + 2 * HOUR);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START + 2 * HOUR) >= 60_000, 'a few are still slow');
  for (let i = 0; i < 200; i++) known.record(1_000, START + 4 * HOUR);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START + 4 * HOUR) < 5_000);
  assert.equal(known.hasEnoughSamples(START + 24 * HOUR), false);
  assert.equal(known.timeoutMs(UNKNOWN_MS, START + 24 * HOUR), UNKNOWN_MS);
});

void test('with steady traffic what is new counts for more than what is old', () => {
  const known = after([...many(5_000, 30_000), ...many(5_000, 1_000)]);
  assert.ok(known.timeoutMs(UNKNOWN_MS, START) < 5_000);
});

void test('a clock that goes back, and times that are none, spoil nothing', () => {
  const known = after(many(100, 1_000));
  known.record(-5, START - HOUR);
  known.record(0, START - HOUR);
  known.recordTimeout(0, START - HOUR);
  const waitMs = known.timeoutMs(UNKNOWN_MS, START - HOUR);
  assert.ok(waitMs >= 3_000 && waitMs < 5_000);
});
