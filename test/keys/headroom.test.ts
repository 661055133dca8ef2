import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headroom } from '../../src/keys/headroom.ts';
import { Pool } from '../../src/keys/pool.ts';
import { FRESH } from '../../src/keys/record.ts';
import { makeKey } from './tools.ts';

const T = 1_700_000_000_000;

void test('a model is scarce until its limit is whole again, and no other is', () => {
  const headroom = new Headroom();
  assert.equal(headroom.isScarce('m', T), false);
  headroom.note('m', T + 100);
  assert.deepEqual([headroom.isScarce('m', T + 99), headroom.isScarce('n', T + 99)], [true, false]);
  assert.equal(headroom.isScarce('m', T + 100), false);
});

void test('the newest answer is believed', () => {
  const headroom = new Headroom();
  headroom.note('m', T + 100);
  headroom.note('m', undefined);
  assert.equal(headroom.isScarce('m', T), false);
});

void test('of very many models only some are remembered', () => {
  const headroom = new Headroom();
  const models = Array.from({ length: 1_000 }, (_, i) => `m-${i}`);
  for (const model of models) headroom.note(model, T + 100);
  assert.equal(models.filter((model) => headroom.isScarce(model, T)).length, 64);
});

void test('what is scarce can be told', () => {
  const headroom = new Headroom();
  assert.deepEqual(headroom.scarce(T), []);
  headroom.note('m', T + 100);
  headroom.note('n', T + 200);
  assert.deepEqual(headroom.scarce(T + 100), [['n', T + 200]]);
});

void test('keys of a domain have one headroom, and a key alone has its own', () => {
  const keys = ['a', 'b', 'c'].map((name) =>
    makeKey('p', `sk-${name}`, name === 'c' ? {} : { quotaDomain: 'org' }),
  );
  const pool = new Pool(keys, () => FRESH);
  const [a, b, c] = [...pool.all()];
  a?.headroom.note('m', T + 100);
  assert.deepEqual([b?.headroom.isScarce('m', T), c?.headroom.isScarce('m', T)], [true, false]);
  pool.learnDomain(c?.key.id ?? '', 'org', T);
  assert.equal(c?.headroom.isScarce('m', T), true);
});
