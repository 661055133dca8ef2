import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../support/property.ts';
import { FirstOutputTimeout } from '../../src/upstream/exchange-timer.ts';

void test('the wait begins with the last byte of the request, and anew with every sign of life', () => {
  const wait = new FirstOutputTimeout(100, 1_000, 0);
  assert.equal(wait.leftMs(40), 60);
  wait.sent(50);
  assert.equal(wait.leftMs(60), 90);
  wait.alive(140);
  assert.equal(wait.leftMs(141), 99);
  assert.ok(wait.leftMs(240) <= 0);
});

void test('one that is alive for ever is given up when the cap is reached, counted from the last byte of the request', () => {
  const wait = new FirstOutputTimeout(100, 250, 0);
  wait.sent(30);
  for (let now = 40; now <= 270; now += 10) wait.alive(now);
  assert.equal(wait.leftMs(270), 10);
  assert.equal(wait.leftMs(280), 0);
});

void test('a cap that is less than the wait itself does not shorten it', () => {
  const wait = new FirstOutputTimeout(100, 10, 0);
  assert.equal(wait.leftMs(0), 100);
  wait.alive(50);
  assert.equal(wait.leftMs(50), 50);
});

void test('whatever happens, it is neither over before silence was as long, nor after the cap', () => {
  const times = fc.integer({ min: 0, max: 10_000 });
  const happenings = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 500 })), { maxLength: 30 });
  fc.assert(
    fc.property(times, times, happenings, (firstOutputMs, aliveMs, steps) => {
      const wait = new FirstOutputTimeout(firstOutputMs, aliveMs, 0);
      let now = 0;
      let sentAt = 0;
      let lastAt = 0;
      for (const [isBody, afterMs] of steps) {
        now += afterMs;
        lastAt = now;
        if (isBody) {
          sentAt = now;
          wait.sent(now);
        } else wait.alive(now);
      }
      const endsAt = now + wait.leftMs(now);
      const capAt = sentAt + Math.max(firstOutputMs, aliveMs);
      assert.ok(endsAt <= capAt);
      assert.ok(endsAt === capAt || endsAt === lastAt + firstOutputMs);
    }),
  );
});
