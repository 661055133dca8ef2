import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CircuitStatus } from '../../../src/keys/record/circuit-status.ts';
import { SharedCircuits } from '../../../src/keys/pool/shared-circuits.ts';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import { Pool } from '../../../src/keys/pool/pool.ts';
import { FRESH, settle } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import { attempt, frozen, makeKey, POLICY, revoked, succeeds } from '../tools.ts';

const T = 1_700_000_000_000;

function mark(more: Partial<CircuitStatus> = {}): CircuitStatus {
  return {
    model: 'm',
    state: 'open',
    at: T,
    since: T,
    until: T + 5_000,
    strikes: 1,
    rule: 'server-error',
    ...more,
  };
}

function reported(record: KeyRecord, ...marks: readonly CircuitStatus[]): KeyRecord {
  return marks.reduce(
    (before, each) => reduce(frozen(before), { type: 'circuit', at: each.at, status: each }, POLICY),
    record,
  );
}

void test('a record carries the newest status of each model, in whatever order they come', () => {
  const opened = mark();
  const closed = mark({ state: 'closed', at: T + 10 });
  const other = mark({ model: 'n', at: T + 5 });
  for (const order of [
    [opened, closed, other],
    [closed, opened, other],
    [other, closed, opened],
  ]) {
    const marks = new Map(reported(FRESH, ...order).circuits?.map((each) => [each.model, each]));
    assert.deepEqual([marks.get('m'), marks.get('n'), marks.size], [closed, other, 2]);
  }
  const record = reported(FRESH, closed);
  assert.equal(reported(record, opened), record, 'what is older is not written');
});

void test('it says nothing of the key, and stays with it in and out of service', () => {
  const record = reported(FRESH, mark());
  assert.deepEqual([record.state, record.epoch, record.decisions], ['in-service', 0, undefined]);
  const policy = { ...POLICY, cooldownMs: 1_000 };
  const out = reduce(record, attempt(revoked, T + 10), policy);
  assert.deepEqual([out.state, out.circuits], ['out-of-service', record.circuits]);
  assert.deepEqual(reported(out, mark({ model: 'n' })).circuits?.length, 2);
  assert.deepEqual(settle(out, T + 5_000).circuits, record.circuits);
  const back = reduce(out, attempt(succeeds, T + 20, { epoch: 1, check: true }), policy);
  assert.deepEqual([back.state, back.circuits], ['in-service', record.circuits]);
});

void test('what says nothing any more makes room, and there is only so much of it', () => {
  const many = Array.from({ length: 40 }, (_, n) => mark({ model: `m-${n}`, at: T + n }));
  assert.deepEqual(
    reported(FRESH, ...many).circuits?.map(({ model }) => model),
    many.slice(-16).map(({ model }) => model),
  );
  const late = mark({ model: 'late', at: T + 3_600_000 });
  assert.deepEqual(reported(FRESH, ...many, late).circuits, [late]);
  const long = mark({ model: 'x'.repeat(300) });
  assert.equal(reported(FRESH, long), FRESH);
});

void test('it is read from the store as it was written, as far as it can be read', () => {
  const record = reported(FRESH, mark({ chats: true }), mark({ model: 'n', state: 'half-open' }));
  assert.deepEqual(decodeRecord(encodeRecord(record)), record);
  const spoilt = JSON.stringify({ ...record, circuits: [mark(), { model: 'n', state: 'ajar' }, 7] });
  assert.deepEqual(decodeRecord(spoilt)?.circuits, [mark()]);
});

void test('of several keys the newest mark of a model counts', () => {
  const marks = new SharedCircuits();
  assert.equal(marks.get('m'), undefined);
  marks.update('a', reported(FRESH, mark()));
  marks.update('b', reported(FRESH, mark({ state: 'closed', at: T + 1 })));
  assert.deepEqual([marks.get('m')?.keyId, marks.get('m')?.status.state], ['b', 'closed']);
  marks.update('a', reported(FRESH, mark({ at: T + 2 })));
  assert.deepEqual([marks.get('m')?.keyId, marks.size], ['a', 1]);
  marks.update('a', FRESH);
  marks.update('b', FRESH);
  assert.equal(marks.size, 0);
});

void test('a pool has the circuits of its keys’ records, and none without failover', () => {
  const keys = [makeKey('p', 'sk-a'), makeKey('p', 'sk-b')];
  const carried = reported(FRESH, mark());
  const pool = new Pool(keys, ({ id }) => (id === keys[1]?.id ? carried : FRESH));
  assert.deepEqual(pool.circuits.get('m'), { keyId: keys[1]?.id, status: mark() });
  assert.equal(new Pool(keys, () => carried, false).circuits.size, 0);
});
