import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headroom } from '../../../src/keys/pool/headroom.ts';
import { Pool } from '../../../src/keys/pool/pool.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { InService, KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import { attempt, makeKey, POLICY, revoked } from '../tools.ts';

const T = 1_700_000_000_000;

void test('a model is scarce until its limit is whole again, and no other is', () => {
  const headroom = new Headroom();
  assert.equal(headroom.isScarce('m', T), false);
  headroom.observe('m', T + 100);
  assert.deepEqual([headroom.isScarce('m', T + 99), headroom.isScarce('n', T + 99)], [true, false]);
  assert.equal(headroom.isScarce('m', T + 100), false);
});

void test('the newest answer is believed', () => {
  const headroom = new Headroom();
  headroom.observe('m', T + 100);
  headroom.observe('m', undefined);
  assert.equal(headroom.isScarce('m', T), false);
});

void test('of very many models only some are kept', () => {
  const headroom = new Headroom();
  const models = Array.from({ length: 1_000 }, (_, i) => `m-${i}`);
  for (const model of models) headroom.observe(model, T + 100);
  assert.equal(models.filter((model) => headroom.isScarce(model, T)).length, 64);
});

const reported = (...scarce: readonly (readonly [model: string, until: number])[]): InService => ({
  ...FRESH,
  scarce: scarce.map(([model, until]) => ({ model, since: T, until })),
});

void test('scarce models are listed', () => {
  const headroom = new Headroom();
  assert.deepEqual(headroom.scarce(T), []);
  headroom.observe('m', T + 100);
  headroom.observe('n', T + 200);
  assert.deepEqual(headroom.scarce(T + 100), [['n', T + 200]]);
  headroom.update('a', reported(['m', T + 300], ['n', T + 100], ['o', T + 100]));
  assert.deepEqual(
    new Map(headroom.scarce(T + 100)),
    new Map([
      ['m', T + 300],
      ['n', T + 200],
    ]),
  );
});

void test('what records share counts like what was observed here, as long as one of them has it', () => {
  const headroom = new Headroom();
  headroom.update('a', reported(['m', T + 100], ['n', T + 200]));
  headroom.update('b', reported(['m', T + 300]));
  assert.deepEqual(headroom.reporters('m', T), [
    ['a', T],
    ['b', T],
  ]);
  headroom.update('b', FRESH);
  assert.deepEqual([headroom.isScarce('m', T + 99), headroom.isScarce('m', T + 100)], [true, false]);
  assert.equal(headroom.isScarce('n', T + 199), true);
  headroom.update('a', { state: 'disabled', epoch: 1, since: T });
  assert.equal(headroom.isScarce('n', T + 199), false);
});

void test('there is room for so many models, over all keys', () => {
  const headroom = new Headroom();
  const models = Array.from({ length: 64 }, (_, i) => [`m-${i}`, T + 100] as const);
  headroom.update('a', reported(...models.slice(0, 32)));
  headroom.update('b', reported(...models.slice(32, 63)));
  assert.equal(headroom.hasRoom(T), true);
  headroom.update('c', reported(...models.slice(63)));
  assert.deepEqual([headroom.hasRoom(T), headroom.hasRoom(T + 100)], [false, true]);
});

function tell(record: KeyRecord, model: string, at: number, scarceUntil?: number): KeyRecord {
  const until = scarceUntil === undefined ? {} : { scarceUntil };
  return reduce(record, { type: 'headroom', at, model, ...until }, POLICY);
}

void test('a record keeps what is scarce, without what is over, and no more than there is room for', () => {
  const one = tell(FRESH, 'm', T, T + 100);
  assert.deepEqual(one, reported(['m', T + 100]));
  assert.equal(tell(one, 'm', T + 1, T + 100), one, 'nothing new');
  const two = tell(one, 'n', T, T + 200);
  assert.deepEqual(two, reported(['m', T + 100], ['n', T + 200]));
  assert.deepEqual(tell(two, 'n', T + 100), FRESH);
  assert.equal(tell(two, 'o', T), two);
  assert.equal(tell(FRESH, 'm'.repeat(257), T, T + 100), FRESH);
  const far = tell(FRESH, 'm', T, T + 3_600_000);
  assert.deepEqual(far, reported(['m', T + 600_000]));
  const many = Array.from({ length: 100 }, (_, i) => `m-${i}`);
  const full = many.reduce((record, model) => tell(record, model, T, T + 100), FRESH as KeyRecord);
  assert.deepEqual(full, reported(...many.slice(-64).map((model) => [model, T + 100] as const)));
});

void test('a key out of service gets no scarcity', () => {
  const out = reduce(FRESH, attempt(revoked, T), POLICY);
  assert.equal(reduce(out, { type: 'headroom', at: T, model: 'm', scarceUntil: T + 100 }, POLICY), out);
});

void test('keys of a domain have one headroom, and a key alone has its own', () => {
  const keys = ['a', 'b', 'c'].map((name) =>
    makeKey('p', `sk-${name}`, name === 'c' ? {} : { quotaDomain: 'org' }),
  );
  const pool = new Pool(keys, () => FRESH);
  const [a, b, c] = [...pool.all()];
  a?.headroom.observe('m', T + 100);
  assert.deepEqual([b?.headroom.isScarce('m', T), c?.headroom.isScarce('m', T)], [true, false]);
  pool.learnDomain(c?.key.id ?? '', 'org', T);
  assert.equal(c?.headroom.isScarce('m', T), true);
});

void test('what a record shares moves with its key into the domain that it turns out to be of', () => {
  const keys = ['a', 'b'].map((name) => makeKey('p', `sk-${name}`));
  const pool = new Pool(keys, () => FRESH);
  const [a, b] = [...pool.all()];
  pool.update(a?.key.id ?? '', reported(['m', T + 100]));
  assert.deepEqual([a?.headroom.isScarce('m', T), b?.headroom.isScarce('m', T)], [true, false]);
  pool.update(b?.key.id ?? '', { ...FRESH, domain: 'org' });
  pool.update(a?.key.id ?? '', { ...reported(['m', T + 100]), domain: 'org' });
  assert.equal(b?.headroom.isScarce('m', T), true);
  pool.learnDomain(a?.key.id ?? '', 'other', T);
  assert.deepEqual([a?.headroom.isScarce('m', T), b?.headroom.isScarce('m', T)], [true, false]);
});
