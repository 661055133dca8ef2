import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import * as fc from '../../support/property.ts';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import { MAX_SCARCE_MS } from '../../../src/keys/record/hints.ts';
import { MAX_WAIT_MS } from '../../../src/keys/record/holds.ts';
import { holdOn, settle } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import type { KeyPolicy } from '../../../src/keys/record/reducer.ts';
import { Oracle, WaitOracle } from './oracle.ts';
import type { Standing } from './oracle.ts';
import { MODELS, NODES, policy, schedule } from './schedules.ts';
import { World } from './world.ts';
import type { Happened } from './world.ts';

/** Calls `check` after every step of random schedules that came to an event. */
function forAllSchedules(
  { runs, skewed = false }: { readonly runs: number; readonly skewed?: boolean },
  start: (keyPolicy: KeyPolicy) => (happened: Happened, world: World) => void,
): void {
  const skew = skewed ? fc.integer({ min: -90_000, max: 90_000 }) : fc.constant(0);
  const skews = fc.array(skew, { minLength: NODES, maxLength: NODES });
  const property = fc.property(policy, skews, schedule, (keyPolicy, skewsMs, steps) => {
    const world = new World(keyPolicy, skewsMs);
    const check = start(keyPolicy);
    for (const step of steps) {
      const happened = world.take(step);
      if (happened !== undefined) check(happened, world);
    }
  });
  fc.assert(property, { numRuns: runs });
}

function standingOf(record: KeyRecord, now: number): Standing {
  const settled = settle(record, now);
  const { state, epoch } = settled;
  switch (state) {
    case 'disabled':
      return { state, epoch };
    case 'in-service':
      return { state, epoch, failures: settled.failures };
    case 'out-of-service': {
      const { passes, cause, returnsAt } = settled;
      return { state, epoch, passes, cause, ...(returnsAt !== undefined && { returnsAt }) };
    }
  }
}

void describe('a key record under random schedules of concurrent attempts', () => {
  void it('counts exactly what came in a row in its epoch, and is in the state that follows', () => {
    forAllSchedules({ runs: 10_000 }, (keyPolicy) => {
      const oracle = new Oracle(keyPolicy);
      return ({ event, after }, world) => {
        oracle.happens(event);
        assert.deepEqual(standingOf(after, event.at), oracle.at(event.at));
        // And for as long as nothing else happens.
        const later = world.now + 60_000;
        if (after.state !== 'out-of-service' || after.returnsAt === undefined) {
          assert.deepEqual(standingOf(after, later), standingOf(after, event.at));
        } else {
          assert.equal(settle(after, after.returnsAt - 1).state, 'out-of-service');
          assert.equal(settle(after, after.returnsAt).state, 'in-service');
        }
      };
    });
  });

  void it('holds a model for exactly the wait that was named', () => {
    forAllSchedules({ runs: 1_500 }, (keyPolicy) => {
      const waits = new WaitOracle();
      return ({ event, before, after }, world) => {
        const settled = settle(before, event.at);
        if (settled.epoch !== before.epoch) waits.clear();
        // What was met before the operator ended holds, or at that very moment, comes too late.
        const liftedAt = settled.state === 'in-service' ? (settled.liftedAt ?? -Infinity) : -Infinity;
        const isLate = event.type === 'attempt' && event.effect.kind !== 'succeeds' && event.at <= liftedAt;
        if (event.type === 'attempt' && event.epoch === settled.epoch && !isLate) waits.happens(event);
        if (event.type === 'doubted') waits.doubt();
        if (event.type === 'proven') waits.prove();
        const isBack = after.state === 'in-service' && settled.state === 'out-of-service';
        if (event.type === 'enabled') waits.clear();
        if (event.type === 'lifted') waits.clear(event.model);
        if (after.state !== 'in-service' || after.epoch !== settled.epoch) waits.clear();
        // One that is back because it was let in is kept from what was denied to it.
        if (isBack && event.type === 'attempt' && event.effect.kind === 'denies') waits.happens(event);
        const now = settle(after, event.at);
        if (now.state !== 'in-service') return;
        assert.ok(keyPolicy.failureThreshold > now.failures);
        for (const model of MODELS) {
          for (const moment of [world.now, world.now + 2_000, world.now + 600_000]) {
            const isHeld: boolean = holdOn(now, model, moment) !== undefined;
            assert.equal(isHeld, waits.holds(model, moment), `${model} at ${moment - world.now}`);
          }
        }
      };
    });
  });

  void it('gives the very same record back where nothing changed, and a different one where something did', () => {
    forAllSchedules({ runs: 1_500 }, (keyPolicy) => ({ event, before, after }) => {
      if (after !== before) assert.ok(!isDeepStrictEqual(after, before), JSON.stringify({ event, before }));
      // The same event on the same record gives the same answer, however often it is applied again.
      assert.deepEqual(reduce(before, event, keyPolicy), after);
    });
  });

  void it('is the same record after a way through the store', () => {
    forAllSchedules({ runs: 1_500 }, () => ({ after }) => {
      assert.deepEqual(decodeRecord(encodeRecord(after)), after);
    });
  });

  void it('puts the next check off by the interval, doubled for each failed one and each relapse, less at most a fifth', () => {
    forAllSchedules({ runs: 1_500 }, ({ checkIntervalMs, checkMaxIntervalMs }) => {
      let failedInARow = 0;
      return ({ event, before, after }) => {
        if (after.state !== 'out-of-service' || event.type !== 'attempt' || after === before) return;
        const left = after.epoch !== before.epoch;
        const isLetIn = event.effect.kind === 'denies' && after.passes > 0;
        const passed = event.effect.kind === 'succeeds' || isLetIn;
        failedInARow = left || passed ? 0 : failedInARow + (event.check ? 1 : 0);
        const isOverdue = before.state === 'out-of-service' && event.at >= before.nextCheckAt + 60_000;
        const isTrial = isOverdue && before.cause !== 'failures' && event.effect.kind !== 'none';
        if (!left && !passed && isTrial && !event.check) failedInARow++;
        if (!left && !passed && !event.check && !isTrial) {
          assert.equal(after.nextCheckAt, before.state === 'out-of-service' && before.nextCheckAt);
          return;
        }
        const delay = after.nextCheckAt - event.at;
        const full = Math.min(
          checkIntervalMs * 2 ** (failedInARow + (after.relapses ?? 0)),
          Math.max(checkIntervalMs, checkMaxIntervalMs),
        );
        const named = passed ? 0 : Math.min(Math.max(event.waitMs ?? 0, 0), MAX_WAIT_MS);
        assert.ok(delay >= Math.max(Math.floor(full * 0.8), named), `${delay} of ${full}`);
        assert.ok(delay <= Math.max(full, named), `${delay} of ${full}`);
      };
    });
  });

  void it('never goes back to an older epoch, and starts a new one just where it leaves or re-enters', () => {
    forAllSchedules({ runs: 1_500, skewed: true }, () => ({ event, before, after }) => {
      assert.ok(after.epoch >= before.epoch);
      const settled = settle(before, event.at);
      assert.equal(settled.epoch > before.epoch, settled.state !== before.state);
      if (after === before) return;
      assert.equal(after.epoch > settled.epoch, after.state !== settled.state);
      if (event.type === 'attempt') assert.equal(event.epoch, settled.epoch, 'an old result changed it');
    });
  });

  void it('stays disabled whatever happens, until the operator enables it', () => {
    forAllSchedules({ runs: 1_500, skewed: true }, () => ({ event, before, after }) => {
      if (before.state === 'disabled' && event.type !== 'enabled' && event.type !== 'disabled') {
        const told = event.type === 'domain' ? { domain: event.domain } : {};
        assert.deepEqual(after, { ...before, ...told });
      }
      const now = settle(after, event.at).state;
      if (event.type === 'disabled') assert.equal(now, 'disabled');
      if (event.type === 'enabled') assert.equal(now, 'in-service');
    });
  });

  void it('keeps a domain once it is known, and scarcities only while in service, capped', () => {
    forAllSchedules({ runs: 1_500, skewed: true }, () => {
      let domain: string | undefined;
      return ({ event, before, after }) => {
        if (event.type === 'domain') domain = event.domain;
        assert.equal(after.domain, domain);
        const isAside = event.type === 'domain' || event.type === 'headroom';
        if (isAside && after !== before) {
          assert.deepEqual(after.decisions, settle(before, event.at).decisions, 'it is no part of the story');
        }
        const scarce = after.state === 'in-service' ? (after.scarce ?? []) : [];
        assert.ok(scarce.every(({ since, until }) => until - since <= MAX_SCARCE_MS));
        if (after.epoch > settle(before, event.at).epoch) assert.deepEqual(scarce, []);
      };
    });
  });

  void it('never waits longer than a day for a provider, whatever the provider and the clocks say', () => {
    forAllSchedules({ runs: 1_500, skewed: true }, ({ checkMaxIntervalMs }) => ({ event, before, after }) => {
      if (after.state === 'in-service') {
        for (const { since, until } of after.holds) assert.ok(until - since <= MAX_WAIT_MS);
      } else if (after.state === 'out-of-service') {
        const isPutOff = before.state !== 'out-of-service' || after.nextCheckAt !== before.nextCheckAt;
        const longestMs = Math.max(MAX_WAIT_MS, checkMaxIntervalMs);
        if (isPutOff) assert.ok(after.nextCheckAt - event.at <= longestMs);
      }
    });
  });
});
