import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { ANY_MODEL, FRESH, holdOn, settle } from '../../../src/keys/record/record.ts';
import type { InService, KeyRecord, OutOfService } from '../../../src/keys/record/record.ts';
import { MAX_WAIT_MS } from '../../../src/keys/record/holds.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import {
  attempt,
  counts,
  denies,
  none,
  outOfCredit,
  POLICY,
  revoked,
  succeeds,
  throttles,
} from '../tools.ts';

const T = 1_700_000_000_000;

function after(events: readonly KeyEvent[], policy: KeyPolicy = POLICY, from: KeyRecord = FRESH): KeyRecord {
  return events.reduce((record, event) => reduce(record, event, policy), from);
}

function inService(record: KeyRecord): InService {
  assert.equal(record.state, 'in-service');
  return record;
}

function outOfService(record: KeyRecord): OutOfService {
  assert.equal(record.state, 'out-of-service');
  return record;
}

/** A key that was found revoked at `T`. */
const dead = outOfService(after([attempt(revoked, T)]));

void describe('reduce: a key in service', () => {
  void it('is out at the threshold of consecutive failures, and not before', () => {
    const two = inService(after([attempt(counts, T), attempt(counts, T + 1)]));
    assert.equal(two.failures, 2);
    assert.equal(two.lastRule, 'rule.counts');
    const out = outOfService(after([attempt(counts, T + 2, { rule: 'http.502' })], POLICY, two));
    assert.deepEqual([out.cause, out.rule, out.since, out.epoch], ['failures', 'http.502', T + 2, 1]);
  });

  void it('has its row of failures ended by one success', () => {
    const mended = inService(after([attempt(counts, T), attempt(counts, T), attempt(succeeds, T)]));
    assert.equal(mended.failures, 0);
    assert.ok(!('lastRule' in mended));
    assert.equal(after([attempt(counts, T), attempt(counts, T)], POLICY, mended).state, 'in-service');
  });

  void it('keeps who decided, on what evidence, and why it left, however many checks fail since', () => {
    const evidence = { status: 401, requestId: 'req-1', node: 'node-1' };
    const left = reduce(FRESH, attempt(revoked, T, evidence), POLICY);
    const failed = Array.from({ length: 9 }, (_, n) =>
      attempt(revoked, T + 1 + n, { epoch: 1, check: true, node: 'node-2', status: 401 }),
    );
    const [why, ...since] = after(failed, POLICY, left).decisions ?? [];
    assert.deepEqual(why, { at: T, effect: 'taken-out', rule: 'rule.condemns', ...evidence });
    assert.deepEqual(
      since.map(({ at, effect, node }) => [at, effect, node]),
      [6, 7, 8, 9].map((n) => [T + n, 'check-failed', 'node-2']),
    );
  });

  void it('costs nothing to succeed with', () => {
    assert.equal(reduce(FRESH, attempt(succeeds, T), POLICY), FRESH);
  });

  void it("is not touched by a caller's own mistake, and the row of failures goes on over it", () => {
    const record = after([attempt(counts, T), attempt(counts, T)]);
    assert.equal(reduce(record, attempt(none, T), POLICY), record);
    assert.equal(after([attempt(none, T), attempt(counts, T)], POLICY, record).state, 'out-of-service');
  });

  for (const effect of [revoked, outOfCredit]) {
    void it(`is out at the first definite verdict: ${effect.kind === 'condemns' ? effect.cause : ''}`, () => {
      const out = outOfService(after([attempt(effect, T)]));
      assert.deepEqual({ kind: 'condemns', cause: out.cause }, effect);
    });
  }

  void it('is taken out once by many that fail at the same time', () => {
    const together = Array.from({ length: 64 }, (_, n) => attempt(counts, T + n));
    const out = outOfService(after(together));
    assert.equal(out.epoch, 1);
    assert.equal(out.since, T + 2);
  });
});

void describe('reduce: waits', () => {
  void it('keep the key from the model that was throttled and from no other', () => {
    const record = inService(after([attempt(throttles, T, { model: 'big', waitMs: 3_000 })]));
    assert.equal(holdOn(record, 'big', T + 2_999)?.until, T + 3_000);
    assert.equal(holdOn(record, 'big', T + 3_000), undefined);
    assert.equal(holdOn(record, 'small', T), undefined);
    assert.equal(record.epoch, 0);
  });

  void it('keep the key from every model where the request named none', () => {
    const record = inService(after([attempt(throttles, T, { model: ANY_MODEL, waitMs: 3_000 })]));
    assert.equal(holdOn(record, 'big', T)?.model, ANY_MODEL);
  });

  // A mistyped path or an unknown file is told in the same words as an unknown model.
  void it('do not come from a denial to a request that named no model', () => {
    assert.equal(reduce(FRESH, attempt(denies, T, { model: ANY_MODEL }), POLICY), FRESH);
  });

  void it('grow while the provider names none, and never beyond a minute', () => {
    let record: KeyRecord = FRESH;
    const waits: number[] = [];
    for (let at = T; waits.length < 8;) {
      record = reduce(record, attempt(throttles, at), POLICY);
      const { until = 0 } = holdOn(inService(record), 'm', at) ?? {};
      waits.push(until - at);
      at = until;
    }
    assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  void it('do not grow by the requests that were already under way', () => {
    const burst = Array.from({ length: 20 }, (_, n) => attempt(throttles, T + n, { startedAt: T - 50 + n }));
    const held = holdOn(inService(after(burst)), 'm', T);
    assert.equal(held?.strikes, 1);
    assert.equal(held.until, T + 19 + 2_000);
  });

  void it('are replaced by a longer one, and not by a shorter one', () => {
    const long = attempt(throttles, T, { waitMs: 60_000 });
    const short = attempt(throttles, T + 10, { waitMs: 1_000 });
    for (const events of [
      [long, short],
      [short, long],
    ]) {
      assert.equal(holdOn(inService(after(events)), 'm', T)?.until, T + 60_000);
    }
  });

  void it('are cut to a day, whatever the provider asks for', () => {
    const record = inService(after([attempt(throttles, T, { waitMs: 156 * 3_600_000 })]));
    assert.equal(record.holds[0]?.until, T + MAX_WAIT_MS);
    const check = attempt(counts, T, { epoch: dead.epoch, check: true, waitMs: 156 * 3_600_000 });
    assert.equal(outOfService(reduce(dead, check, POLICY)).nextCheckAt, T + MAX_WAIT_MS);
  });

  void it('do not get older by an event of a node whose clock is behind', () => {
    const record = after([attempt(throttles, T, { waitMs: 60_000 }), attempt(throttles, T - 500)]);
    assert.deepEqual(
      inService(record).holds.map(({ since, until }) => [since, until]),
      [[T, T + 60_000]],
    );
  });

  void it('end early by a success that began after them, and by no older one', () => {
    const held = after([attempt(throttles, T, { waitMs: 60_000 })]);
    const older = attempt(succeeds, T + 500, { startedAt: T - 500 });
    assert.equal(reduce(held, older, POLICY), held);
    const newer = attempt(succeeds, T + 500, { startedAt: T + 100 });
    assert.deepEqual(inService(reduce(held, newer, POLICY)).holds, []);
    const another = attempt(succeeds, T + 500, { startedAt: T + 100, model: 'other' });
    assert.equal(reduce(held, another, POLICY), held);
  });

  void it('make room for the newest by forgetting the one that ends soonest', () => {
    const denials = Array.from({ length: 64 }, (_, n) => attempt(denies, T + n, { model: `denied-${n}` }));
    const full = inService(after(denials));
    assert.equal(full.holds.length, 64);
    const throttled = inService(reduce(full, attempt(throttles, T + 64, { waitMs: 10 }), POLICY));
    assert.equal(throttled.holds.length, 64);
    assert.equal(holdOn(throttled, 'm', T + 64)?.until, T + 74);
    assert.equal(holdOn(throttled, 'denied-0', T + 64), undefined);
    assert.ok(holdOn(throttled, 'denied-1', T + 64));
  });

  void it('of throttles never make room: a denial is not kept, and one throttle more holds the key, until the first ends', () => {
    const models = Array.from({ length: 64 }, (_, n) => `throttled-${n}`);
    const full = inService(
      after(models.map((model, n) => attempt(throttles, T, { model, waitMs: 1_000 + n }))),
    );
    assert.equal(reduce(full, attempt(denies, T + 1, { model: 'made-up' }), POLICY), full);
    const beyond = inService(reduce(full, attempt(throttles, T + 1, { waitMs: 60_000 }), POLICY));
    assert.equal(beyond.holds.length, 65);
    assert.ok(models.every((model) => holdOn(beyond, model, T + 900) !== undefined));
    assert.equal(holdOn(beyond, 'any other', T + 900)?.until, T + 1_000);
    // Then there is room again.
    const again = inService(reduce(beyond, attempt(throttles, T + 1_000, { waitMs: 60_000 }), POLICY));
    assert.equal(holdOn(again, 'm', T + 1_000)?.until, T + 61_000);
    assert.equal(holdOn(again, 'any other', T + 1_000), undefined);
    assert.ok(again.holds.length <= 65);
  });

  void it('are not kept for a model of absurd length', () => {
    assert.equal(reduce(FRESH, attempt(denies, T, { model: 'x'.repeat(257) }), POLICY), FRESH);
  });
});

void describe('reduce: a key out of service', () => {
  void it('comes back by as many passes in a row as configured, and a failure between them starts anew', () => {
    const policy = { ...POLICY, successThreshold: 3 };
    const check = (effect: typeof succeeds, n: number): KeyEvent =>
      attempt(effect, T + n, { epoch: dead.epoch, check: true });
    const once = outOfService(
      after([check(succeeds, 1), check(succeeds, 2), check(counts, 3)], policy, dead),
    );
    assert.deepEqual([once.passes, once.failedChecks], [0, 1]);
    const twice = after([check(succeeds, 4), check(succeeds, 5)], policy, once);
    assert.equal(outOfService(twice).passes, 2);
    const back = inService(reduce(twice, check(succeeds, 6), policy));
    assert.deepEqual([back.epoch, back.failures, back.since], [2, 0, T + 6]);
  });

  void it('is tested at the interval, and later with every failed test, up to the cap', () => {
    let record: KeyRecord = dead;
    const delays = [dead.nextCheckAt - T];
    for (let n = 0; n < 8; n++) {
      record = reduce(record, attempt(counts, T, { epoch: dead.epoch, check: true }), POLICY);
      delays.push(outOfService(record).nextCheckAt - T);
    }
    assert.deepEqual(delays, [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  void it('is tested at a steady cadence where the longest interval is the interval', () => {
    const policy = { ...POLICY, checkMaxIntervalMs: POLICY.checkIntervalMs };
    const checks = Array.from({ length: 5 }, () => attempt(counts, T, { epoch: dead.epoch, check: true }));
    assert.equal(outOfService(after(checks, policy, dead)).nextCheckAt, T + POLICY.checkIntervalMs);
  });

  void it('is not kept out for longer by the clients that try it as a last resort', () => {
    const trial = attempt(counts, T + 100, { epoch: dead.epoch });
    assert.equal(reduce(dead, trial, POLICY), dead);
  });

  void it('is known for dead once a test says so', () => {
    const failing = after([attempt(counts, T), attempt(counts, T), attempt(counts, T)]);
    const tested = reduce(failing, attempt(revoked, T, { epoch: failing.epoch, check: true }), POLICY);
    assert.deepEqual([outOfService(tested).cause, tested.epoch], ['key_dead', failing.epoch]);
  });

  void it('comes back by itself when its cooldown is over, its failures forgotten', () => {
    const policy = { ...POLICY, cooldownMs: 100 };
    const out = outOfService(after([attempt(revoked, T)], policy));
    assert.equal(settle(out, T + 99), out);
    const back = inService(settle(out, T + 100));
    assert.deepEqual([back.epoch, back.failures, back.since], [2, 0, T + 100]);
    // The first event after it goes by the key that is back.
    const failed = reduce(out, attempt(counts, T + 150, { epoch: back.epoch }), policy);
    assert.equal(inService(failed).failures, 1);
  });

  void it('ignores attempts that began before it was taken out or put back', () => {
    for (const effect of [succeeds, counts, revoked, throttles]) {
      assert.equal(reduce(dead, attempt(effect, T + 10, { epoch: dead.epoch - 1 }), POLICY), dead);
      const back = reduce(dead, { type: 'enabled', at: T + 20 }, POLICY);
      assert.equal(reduce(back, attempt(effect, T + 30, { epoch: dead.epoch }), POLICY), back);
    }
  });
});

void describe("reduce: the operator's acts on a key", () => {
  void it('disables and enables, once each', () => {
    const disabled = reduce(FRESH, { type: 'disabled', at: T }, POLICY);
    assert.partialDeepStrictEqual(disabled, { state: 'disabled', epoch: 1, since: T });
    const enabled = reduce(disabled, { type: 'enabled', at: T + 2 }, POLICY);
    assert.partialDeepStrictEqual(enabled, { state: 'in-service', epoch: 2, since: T + 2, failures: 0 });
    assert.deepEqual(inService(enabled).holds, []);
    assert.deepEqual(enabled.decisions, [
      { at: T, effect: 'disabled' },
      { at: T + 2, effect: 'enabled' },
    ]);
  });

  void it('keeps when it was last given, also where it changes nothing else', () => {
    const acts = (['disabled', 'disabled', 'enabled', 'enabled'] as const).map((type, i) => ({
      type,
      at: T + i,
    }));
    const enabled = after(acts);
    assert.deepEqual(enabled.operator, { act: 'enabled', at: T + 3 });
    assert.equal(enabled.epoch, 2);
    assert.deepEqual(
      enabled.decisions?.map(({ effect }) => effect),
      ['disabled', 'disabled', 'enabled', 'enabled'],
    );
  });

  void it('changes nothing where something else was said since, or the very same', () => {
    const enabled = after([
      { type: 'disabled', at: T },
      { type: 'enabled', at: T + 2 },
    ]);
    assert.equal(reduce(enabled, { type: 'disabled', at: T + 1 }, POLICY), enabled);
    assert.equal(reduce(enabled, { type: 'enabled', at: T + 2 }, POLICY), enabled);
  });

  void it('keeps the key from use where both were said at one moment', () => {
    const disabled = after([{ type: 'disabled', at: T }]);
    assert.equal(reduce(disabled, { type: 'enabled', at: T }, POLICY), disabled);
    assert.equal(
      after([
        { type: 'enabled', at: T },
        { type: 'disabled', at: T },
      ]).state,
      'disabled',
    );
  });

  void it('is not undone by passed checks and cooldowns', () => {
    const policy = { ...POLICY, cooldownMs: 100 };
    const disabled = after([attempt(revoked, T), { type: 'disabled', at: T + 1 }], policy);
    const passed = attempt(succeeds, T + 500, { epoch: disabled.epoch, check: true });
    assert.equal(settle(reduce(disabled, passed, policy), T + MAX_WAIT_MS), disabled);
  });

  void it('puts back a key that is out of service', () => {
    assert.equal(reduce(dead, { type: 'enabled', at: T + 1 }, POLICY).state, 'in-service');
  });
});

void describe('reduce: the operator’s end of a hold', () => {
  const held = after([attempt(throttles, T, { waitMs: 60_000 }), attempt(denies, T, { model: 'n' })]);

  void it('puts nothing in the way of a key in service: neither holds nor failures', () => {
    const enabled = inService(after([attempt(counts, T), { type: 'enabled', at: T + 1 }], POLICY, held));
    assert.deepEqual([enabled.holds, enabled.failures, enabled.epoch], [[], 0, 0]);
  });

  void it('lifts the hold on one model, or all', () => {
    const one = inService(reduce(held, { type: 'lifted', at: T + 1, model: 'm' }, POLICY));
    assert.deepEqual(
      one.holds.map(({ model }) => model),
      ['n'],
    );
    assert.deepEqual(one.decisions?.at(-1), { at: T + 1, effect: 'lifted', model: 'm' });
    assert.deepEqual(inService(reduce(held, { type: 'lifted', at: T + 1 }, POLICY)).holds, []);
    assert.equal(reduce(held, { type: 'lifted', at: T + 1, model: 'o' }, POLICY), held);
    assert.equal(reduce(dead, { type: 'lifted', at: T + 1 }, POLICY), dead);
  });

  void it('is not undone by an earlier event that is applied again', () => {
    const throttled = attempt(throttles, T, { waitMs: 60_000 });
    const lifted = after([throttled, { type: 'lifted', at: T + 1 }]);
    assert.equal(reduce(lifted, throttled, POLICY), lifted);
    const later = attempt(throttles, T + 2);
    assert.equal(inService(reduce(lifted, later, POLICY)).holds.length, 1);
  });
});

void describe('reduce: a key that is out, and is not checked', () => {
  const out = outOfService(after([attempt(revoked, T)]));
  const overdueAt = out.nextCheckAt + 60_000;

  void it('is judged by the request that tries it: a failure puts the next try off as a failed check does', () => {
    const tried = outOfService(reduce(out, attempt(revoked, overdueAt, { epoch: 1 }), POLICY));
    assert.deepEqual([tried.failedChecks, tried.nextCheckAt], [1, overdueAt + 2 * POLICY.checkIntervalMs]);
    assert.equal(reduce(out, attempt(revoked, overdueAt - 1, { epoch: 1 }), POLICY), out);
    assert.equal(reduce(out, attempt(none, overdueAt, { epoch: 1 }), POLICY), out);
  });

  void it('comes back where that is answered', () => {
    assert.equal(reduce(out, attempt(succeeds, overdueAt, { epoch: 1 }), POLICY).state, 'in-service');
  });
});

void describe('reduce: a key that a check has put back', () => {
  const passed = { epoch: 1, check: true, model: 'small' };
  const big = { chat: true, model: 'big' };
  const out = after([attempt(revoked, T, big)]);
  const back = reduce(out, attempt(succeeds, T + 1, passed), POLICY);

  void it('has relapsed where it leaves again soon, and waits longer each time', () => {
    const again = outOfService(reduce(back, attempt(revoked, T + 2, { ...big, epoch: 2 }), POLICY));
    assert.deepEqual([again.relapses, again.model], [1, 'big']);
    assert.equal(again.nextCheckAt, T + 2 + 2 * POLICY.checkIntervalMs);
    const twice = after(
      [
        attempt(succeeds, T + 3, { ...passed, epoch: 3 }),
        attempt(counts, T + 4, { ...big, epoch: 4 }),
        attempt(revoked, T + 4, { ...big, epoch: 4 }),
      ],
      POLICY,
      again,
    );
    assert.equal(outOfService(twice).relapses, 2);
  });

  void it('is as any other once a request of the model it had failed with was answered, or after a while', () => {
    const small = inService(reduce(back, attempt(succeeds, T + 2, { epoch: 2, model: 'small' }), POLICY));
    assert.ok('comeback' in small, 'the small one proves nothing');
    const confirmed = inService(reduce(small, attempt(succeeds, T + 3, { epoch: 2, model: 'big' }), POLICY));
    assert.ok(!('comeback' in confirmed));
    assert.equal(reduce(confirmed, attempt(succeeds, T + 4, { epoch: 2, model: 'big' }), POLICY), confirmed);
    const later = outOfService(reduce(back, attempt(revoked, T + 11 * 60_000, { ...big, epoch: 2 }), POLICY));
    assert.ok(!('relapses' in later));
  });

  void it('was let in where the model it had failed with is denied: it has all others', () => {
    const denied = inService(reduce(out, attempt(denies, T + 1, { ...passed, model: 'big' }), POLICY));
    assert.deepEqual(
      denied.holds.map(({ model, cause }) => [model, cause]),
      [['big', 'denied']],
    );
    const other = reduce(out, attempt(denies, T + 1, { ...passed, model: 'small' }), POLICY);
    assert.equal(outOfService(other).failedChecks, 1);
    const broke = after([attempt(outOfCredit, T, big), attempt(denies, T + 1, { ...passed, model: 'big' })]);
    assert.ok(!('model' in outOfService(broke)), 'that shows no credit: another model is asked');
  });
});

void describe('reduce: a check of a key in service', () => {
  const held = inService(after([attempt(throttles, T, { waitMs: 3_600_000 })]));
  const check = { check: true };

  void it('ends a hold by passing, and leaves it as it is by failing', () => {
    for (const effect of [throttles, denies, counts, none])
      assert.equal(reduce(held, attempt(effect, T + 60_000, { ...check, waitMs: 1_000 }), POLICY), held);
    assert.deepEqual(inService(reduce(held, attempt(succeeds, T + 60_000, check), POLICY)).holds, []);
  });

  void it('takes it out where the verdict is definite', () => {
    assert.equal(outOfService(reduce(held, attempt(revoked, T + 1, check), POLICY)).cause, 'key_dead');
  });
});
