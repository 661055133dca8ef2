import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { compareActs } from '../../../src/keys/record/operator-acts.ts';
import { reconcile } from '../../../src/keys/book/reconcile.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import { policy, schedule } from '../record/schedules.ts';
import { attempt, POLICY, revoked, throttles } from '../tools.ts';
import { World } from '../record/world.ts';

const T = 1_700_000_000_000;

function after(events: readonly KeyEvent[], record: KeyRecord = FRESH): KeyRecord {
  return events.reduce((each, event) => reduce(each, event, POLICY), record);
}

function heldModels(record: KeyRecord): readonly string[] {
  assert.equal(record.state, 'in-service');
  return record.holds.map(({ model }) => model);
}

void describe('reconcile: two records of one key that do not follow from each other', () => {
  // In play, after many epochs.
  const long = { ...FRESH, epoch: 7, since: T };

  void it('keeps a key disabled that the operator disabled on a fresh record, whatever epochs were lost', () => {
    const fresh = after([{ type: 'disabled', at: T + 1 }]);
    for (const merged of [reconcile(long, fresh, false), reconcile(fresh, long, true)]) {
      assert.deepEqual([merged.state, merged.epoch], ['disabled', 8]);
    }
  });

  void it('lets the key be in play where the operator enabled it after it was disabled elsewhere', () => {
    const enabled = after([{ type: 'enabled', at: T + 2 }]);
    const disabled = after([{ type: 'disabled', at: T + 1 }], long);
    for (const merged of [reconcile(disabled, enabled, false), reconcile(enabled, disabled, true)]) {
      assert.deepEqual([merged.state, merged.epoch, merged.operator?.act], ['in-service', 9, 'enabled']);
    }
  });

  void it('keeps a key out that has died since the operator enabled it', () => {
    const enabled = after([{ type: 'enabled', at: T + 1 }], long);
    const died = after([attempt(revoked, T + 5)]);
    const merged = reconcile(enabled, died, false);
    assert.deepEqual(
      [merged.state, merged.epoch, merged.operator],
      ['out-of-service', 8, { act: 'enabled', at: T + 1 }],
    );
    const diedBefore = after([attempt(revoked, T)]);
    assert.equal(reconcile(enabled, diedBefore, false).state, 'in-service');
  });

  void it('does not bring back a hold that the operator ended, and keeps holds since', () => {
    const held = after([attempt(throttles, T), attempt(throttles, T, { model: 'n' })]);
    const lifted = after([{ type: 'lifted', at: T + 3, model: 'm' }], held);
    const others = after([attempt(throttles, T + 9, { model: 'o' })], held);
    assert.deepEqual(heldModels(reconcile(lifted, others, false)), ['n', 'o']);
    const again = after([attempt(throttles, T + 9, { startedAt: T + 8 })], held);
    assert.deepEqual(heldModels(reconcile(lifted, again, false)), ['n', 'm']);
  });

  void it('takes over the record of the store unchanged, where nothing known here takes precedence', () => {
    const out = after([attempt(revoked, T)]);
    assert.equal(reconcile(FRESH, out, false), out);
    assert.equal(reconcile({ ...FRESH, failures: 2 }, FRESH, false), FRESH);
  });

  void it('has one result on every node, and never goes back in epochs or the operator’s acts', () => {
    const histories = fc.tuple(policy, schedule, schedule, schedule, fc.boolean());
    const property = fc.property(histories, ([keyPolicy, common, one, other, isOlder]) => {
      const [a, b] = [one, other].map((steps) => {
        const world = new World(keyPolicy);
        for (const step of [...common, ...steps]) world.take(step);
        return world.record;
      });
      assert.ok(a !== undefined && b !== undefined);
      const merged = reconcile(a, b, isOlder);
      assert.ok(merged.epoch >= a.epoch && merged.epoch >= b.epoch);
      assert.ok([a, b].every(({ operator }) => compareActs(merged.operator, operator) >= 0));
      assert.equal(merged.state === 'disabled', merged.operator?.act === 'disabled');
      // Whoever hears of it takes it over, and writes nothing more.
      assert.equal(reconcile(a, merged, false), merged);
      assert.equal(reconcile(b, merged, false), merged);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
