import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import { QuotaDomain } from '../../../src/keys/pool/quota-domain.ts';
import { checkDueAt, isDueSooner } from '../../../src/keys/record/check-due.ts';
import type { Doubted, KeyEvent } from '../../../src/keys/record/event.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
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
const unproven = { unproven: true } as const;

function after(events: readonly KeyEvent[], from: KeyRecord = FRESH): KeyRecord {
  return events.reduce((record, event) => reduce(record, event, POLICY), from);
}

function doubted(at: number, more: Partial<Doubted> = {}): Doubted {
  return { type: 'doubted', at, cause: 'key_dead', model: '*', rule: 'r', requestId: 'req_2', ...more };
}

const proven = (at: number): KeyEvent => ({ type: 'proven', at });
const accused = after([attempt(outOfCredit, T, unproven)]);
const reprieved = after([doubted(T + 10)], accused);
const inDoubt = after([doubted(T)]);

void describe('an unproven verdict', () => {
  void it('takes the key out like any other, and is stored as unproven', () => {
    assert.equal(accused.state, 'out-of-service');
    assert.deepEqual(decodeRecord(encodeRecord(accused)), accused);
    const held = after([attempt(denies, T, unproven)]);
    assert.deepEqual(decodeRecord(encodeRecord(held)), held);
  });

  void it('is taken back by a doubt: in service in a new epoch, without slow start, with a check due at once', () => {
    assert.equal(reprieved.state, 'in-service');
    assert.deepEqual([reprieved.epoch, reprieved.since], [2, 0], 'its traffic need not grow again');
    assert.deepEqual(checkDueAt(reprieved), T + 10);
    assert.deepEqual(reprieved.decisions?.at(-1)?.effect, 'reprieved');
    assert.deepEqual(decodeRecord(encodeRecord(reprieved)), reprieved);
    assert.ok(isDueSooner(reprieved, accused));
  });

  void it('remains once it is proven, by an answer or by a failed check', () => {
    const shown = after([proven(T + 5)], accused);
    const checked = after([attempt(outOfCredit, T + 5, { epoch: 1, check: true })], accused);
    for (const record of [shown, checked]) {
      assert.equal(after([doubted(T + 10)], record).state, 'out-of-service');
    }
  });

  void it('is not proven by a check that shows nothing', () => {
    for (const effect of [counts, none]) {
      const record = after([attempt(effect, T + 5, { epoch: 1, check: true })], accused);
      assert.equal(after([doubted(T + 10)], record).state, 'in-service');
    }
  });

  void it('that holds a model is proven, with its end, once a check meets that hold', () => {
    const held = after([attempt(denies, T, unproven)]);
    const checked = after([attempt(denies, T + 5, { check: true })], held);
    assert.ok(held.state === 'in-service' && checked.state === 'in-service');
    assert.equal(checked.holds[0]?.until, held.holds[0]?.until);
    const later = after([doubted(T + 10)], checked);
    assert.equal(later.state === 'in-service' && later.holds.length, 1);
  });

  void it('holds its key, and not the domain that the key shares', () => {
    const wide = { ...unproven, domainWide: true, waitMs: 60_000 } as const;
    const records = [accused, after([attempt(throttles, T, wide)])];
    for (const record of records) {
      const domain = new QuotaDomain('org');
      domain.update('a', record);
      assert.equal(domain.heldUntil('m', T + 1), undefined);
      domain.update('a', after([proven(T + 1)], record));
      assert.notEqual(domain.heldUntil('m', T + 1), undefined);
    }
  });

  void it('that held one model is lifted by a doubt, and other holds stay', () => {
    const held = after([
      attempt(throttles, T, { model: 'other', waitMs: 60_000 }),
      attempt(denies, T, unproven),
      doubted(T + 10, { cause: 'denied', model: 'm' }),
    ]);
    assert.equal(held.state, 'in-service');
    assert.deepEqual(
      held.holds.map(({ model }) => model),
      ['other'],
    );
    assert.equal(held.decisions?.at(-1)?.effect, 'reprieved');
  });
});

void describe('a doubt', () => {
  void it('does not keep the key from use, and is recorded once', () => {
    assert.equal(inDoubt.state, 'in-service');
    assert.deepEqual([inDoubt.epoch, inDoubt.holds], [0, []]);
    assert.equal(inDoubt.decisions?.at(-1)?.effect, 'doubted');
    assert.equal(after([doubted(T + 1)], inDoubt), inDoubt);
  });

  void it('is over when the key answers, or passes its check', () => {
    for (const check of [false, true]) {
      assert.equal(checkDueAt(after([attempt(succeeds, T + 5, { check })], inDoubt)), undefined);
    }
    const late = after([attempt(succeeds, T + 5, { startedAt: T - 1 })], inDoubt);
    assert.equal(late, inDoubt, 'an answer to what was asked before says nothing');
  });

  void it('of one model is over when the key answers for that model', () => {
    const ofModel = after([doubted(T, { cause: 'denied', model: 'm' })]);
    assert.equal(after([attempt(succeeds, T + 5, { model: 'other' })], ofModel), ofModel);
    assert.equal(checkDueAt(after([attempt(succeeds, T + 5, { model: 'm' })], ofModel)), undefined);
  });

  void it('is right where the check fails: what the check shows is believed', () => {
    const out = after([attempt(revoked, T + 5, { check: true })], inDoubt);
    assert.equal(out.state, 'out-of-service');
    assert.equal(after([doubted(T + 10)], out).state, 'out-of-service');
    const held = after([attempt(denies, T + 5, { check: true })], inDoubt);
    assert.equal(held.state, 'in-service');
    assert.deepEqual([held.doubt, held.holds.length], [undefined, 1]);
  });

  void it('stays where the check shows nothing, and the next one comes after the interval', () => {
    for (const effect of [counts, none]) {
      const record = after([attempt(effect, T + 5, { check: true })], inDoubt);
      assert.equal(checkDueAt(record), T + 5 + POLICY.checkIntervalMs);
    }
  });

  void it('is settled by a check that asks what it is about, and by no other', () => {
    const ofModel = after([doubted(T, { cause: 'denied', model: 'm' })]);
    for (const effect of [succeeds, throttles, none, counts]) {
      const record = after([attempt(effect, T + 5, { check: true, model: 'other' })], ofModel);
      assert.equal(checkDueAt(record), T, effect.kind);
    }
    assert.equal(checkDueAt(after([attempt(succeeds, T + 5, { check: true })], ofModel)), undefined);
  });

  void it('of failures is borne out by a check that fails: no other check of a key in service counts', () => {
    const ofFailures = after(
      [attempt(counts, T - 2), doubted(T, { cause: 'failures' })],
      after([attempt(counts, T - 3)]),
    );
    assert.equal(after([attempt(counts, T + 5, { check: true })], ofFailures).state, 'out-of-service');
    const other = after([attempt(counts, T - 2), doubted(T)], after([attempt(counts, T - 3)]));
    assert.equal(after([attempt(counts, T + 5, { check: true })], other).state, 'in-service');
  });

  void it('is ended by the operator', () => {
    assert.equal(checkDueAt(after([{ type: 'enabled', at: T + 1 }], inDoubt)), undefined);
  });

  void it('brings the first check of a key forward that is out by a proven verdict', () => {
    const dead = after([attempt(revoked, T)]);
    assert.equal(checkDueAt(after([doubted(T + 10)], dead)), T + 10);
    const failing = after([attempt(revoked, T + 5_000, { epoch: 1, check: true })], dead);
    assert.equal(after([doubted(T + 5_010)], failing), failing, 'one that has failed its check waits');
  });

  void it('is none of a key that the operator has disabled', () => {
    const disabled = after([{ type: 'disabled', at: T }]);
    assert.equal(after([doubted(T + 1)], disabled), disabled);
  });
});
