import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptEnded } from '../../src/keys/record/event.ts';
import type { Hold } from '../../src/keys/record/record.ts';
import { nextHoldCheck } from '../../src/probe/hold-times.ts';
import { attempt, denies, throttles } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, recordOf } from './fixture.ts';
import type { Fixture } from './fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIMITED = rawAnswer(
  '429 Too Many Requests',
  [...JSON_TYPE, 'retry-after: 2'],
  '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}',
);

/** Held for hours since six minutes ago, which makes a check due. */
function held(more: Partial<AttemptEnded> = {}): AttemptEnded {
  return attempt(throttles, Date.now() - 6 * MINUTE, { model: 'big', chat: true, waitMs: 5 * HOUR, ...more });
}

function holdsOf(fixture: Fixture): readonly Hold[] {
  const record = recordOf(fixture);
  assert.ok(record.state === 'in-service');
  return record.holds;
}

void describe('a long hold', () => {
  void it('ends early where a check of that model gets a good answer', async (t) => {
    const fixture = await begin(t, { happened: held() });
    assert.equal(holdsOf(fixture).length, 1);
    await fixture.prober.watch([fixture.provider]);
    await until(() => holdsOf(fixture).length === 0);
    assert.equal(fixture.upstream.requests.length, 1);
    assert.ok(fixture.upstream.requests[0]?.body.includes('"big"'));
    assert.equal(recordOf(fixture).epoch, 0, 'it was in service all the while');
  });

  void it('lasts as long as it was to last where checks fail, each one later than the one before', async (t) => {
    const happened = held();
    const fixture = await begin(t, { happened, answer: ({ write }) => write(LIMITED) });
    await fixture.prober.watch([fixture.provider]);
    for (const [checks, aheadMs] of [
      [1, 0],
      [2, 7 * MINUTE],
      [3, 20 * MINUTE],
      [4, 47 * MINUTE],
    ] as const) {
      fixture.clock.aheadMs = aheadMs;
      await until(() => fixture.reports.length === checks);
      const leases = fixture.store.leases;
      await until(() => fixture.store.leases > leases + 2);
      assert.equal(fixture.reports.length, checks);
    }
    assert.deepEqual(
      holdsOf(fixture).map(({ until: end, strikes }) => [end, strikes]),
      [[happened.at + 5 * HOUR, 1]],
    );
  });

  void it('ends by a check where the model was denied', async (t) => {
    const fixture = await begin(t, { happened: held({ effect: denies }) });
    await fixture.prober.watch([fixture.provider]);
    await until(() => holdsOf(fixture).length === 0);
  });

  void it('is not checked where it is short, where no chat caused it, or where the budget is used up', async (t) => {
    const short = await begin(t, { happened: held({ waitMs: 9 * MINUTE }) });
    const vector = await begin(t, { happened: held({ chat: false }) });
    const broke = await begin(t, { happened: held(), failover: { healthCheckBudget: 0 } });
    for (const fixture of [short, vector, broke]) {
      await fixture.prober.watch([fixture.provider]);
      await until(() => fixture.store.leases >= 3);
      assert.deepEqual([fixture.upstream.requests.length, holdsOf(fixture).length], [0, 1]);
    }
  });

  void it('is what a check on request uses, unless another model is named', async (t) => {
    const fixture = await begin(t, { happened: held() });
    const other = await fixture.prober.check(fixture.provider, onlyKey(fixture).id, 'small');
    assert.ok(typeof other === 'object');
    assert.deepEqual([other.passed, other.model, holdsOf(fixture).length], [true, 'small', 1]);
    const report = await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.ok(typeof report === 'object');
    assert.deepEqual([report.passed, report.model, holdsOf(fixture).length], [true, 'big', 0]);
  });
});

void describe('nextHoldCheck', () => {
  const hold: Hold = {
    model: 'm',
    cause: 'throttled',
    rule: 'r',
    since: 0,
    until: 24 * HOUR,
    strikes: 1,
    chat: true,
  };

  void it('doubles its wait up to an hour', () => {
    const times: number[] = [];
    for (let last: number | undefined; times.length < 7; last = times.at(-1)) {
      times.push(nextHoldCheck(hold, last, 0) ?? assert.fail('it is worth while'));
    }
    assert.deepEqual(
      times.map((at) => at / MINUTE),
      [5, 10, 20, 40, 80, 140, 200],
    );
  });

  void it('leaves a hold to end that is about to', () => {
    assert.equal(nextHoldCheck(hold, undefined, 24 * HOUR - 30_000), undefined);
    assert.equal(nextHoldCheck({ ...hold, until: 9 * MINUTE }, undefined, 0), undefined);
  });

  void it('forgets checks of a hold that was before', () => {
    assert.equal(nextHoldCheck({ ...hold, since: HOUR }, 30 * MINUTE, HOUR), HOUR + 5 * MINUTE);
  });
});
