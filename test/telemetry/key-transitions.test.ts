import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { KeyBook } from '../../src/keys/book/book.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { LogFields } from '../../src/telemetry/contract.ts';
import { watchTransitions } from '../../src/telemetry/key-transitions.ts';
import { attempt, counts, makeKey, outOfCredit, POLICY, revoked, succeeds } from '../keys/tools.ts';

const T = Date.parse('2026-03-01T12:00:00.000Z');
const key = makeKey('main', 'sk-that-comes-and-goes', { name: 'team-a' });
const check = { check: true, epoch: 1 };

interface Fixture {
  readonly book: KeyBook;
  readonly lines: readonly (readonly [string, LogFields])[];
  /** Of the lines. */
  readonly levels: readonly string[];
}

/** @param isServed - whether the key's provider has another in service */
async function begin(t: TestContext, isServed = true): Promise<Fixture> {
  const store = openMemoryStore(Date.now);
  const book = await KeyBook.open({ store, onNotice: () => {} });
  t.after(async () => {
    await book.close();
    await store.close();
  });
  const lines: (readonly [string, LogFields])[] = [];
  const levels: string[] = [];
  watchTransitions(
    book,
    {
      find: (keyId) => (keyId === key.id ? key : undefined),
      isServed: () => isServed || book.record(key).state === 'in-service',
    },
    (level, ...line) => {
      levels.push(level);
      lines.push(line);
    },
  );
  return { book, lines, levels };
}

void test('a key that leaves service and comes back is one line each time, with the rule and the time out', async (t) => {
  const { book, lines } = await begin(t);
  book.apply(key, attempt(revoked, T), POLICY);
  book.apply(key, attempt(revoked, T + 5_000, check), POLICY);
  book.apply(key, attempt(succeeds, T + 15_000, check), POLICY);
  const name = { provider: 'main', key: key.id, name: 'team-a' };
  const why = { cause: 'key_dead', rule: 'rule.condemns' };
  assert.deepEqual(lines, [
    [
      'a key left service',
      { ...name, ...why, nextCheckAt: '2026-03-01T12:00:05.000Z', returnsAt: undefined },
    ],
    ['a key is back in service', { ...name, ...why, outMs: 15_000 }],
  ]);
});

void test('a key that leaves is a warning, and an error beside it where it was the last one of its provider, until that has one again', async (t) => {
  const some = await begin(t);
  some.book.apply(key, attempt(revoked, T), POLICY);
  some.book.apply(key, attempt(succeeds, T + 5_000, check), POLICY);
  assert.deepEqual(some.levels, ['warn', 'info']);
  const none = await begin(t, false);
  none.book.apply(key, attempt(revoked, T), POLICY);
  none.book.apply(key, { type: 'disabled', at: T + 1 }, POLICY);
  none.book.apply(key, { type: 'enabled', at: T + 2_000 }, POLICY);
  assert.deepEqual(none.levels, ['warn', 'error', 'info', 'info', 'warn']);
  assert.deepEqual(none.lines[1], ['a provider has no key in service any more', { provider: 'main' }]);
  assert.deepEqual(none.lines[4], [
    'a provider has a key in service again',
    { provider: 'main', forMs: 2_000 },
  ]);
});

void test('a reprieved key is logged as such, and without a time out of service', async (t) => {
  const { book, lines } = await begin(t);
  book.apply(key, attempt(revoked, T, { unproven: true }), POLICY);
  const doubted = { type: 'doubted', at: T + 50, cause: 'key_dead', model: '*', rule: 'r' } as const;
  book.apply(key, doubted, POLICY);
  const why = { cause: 'key_dead', rule: 'rule.condemns', reprieved: true };
  assert.deepEqual(lines[1], [
    'a key is back in service',
    { provider: 'main', key: key.id, name: 'team-a', ...why },
  ]);
});

void test('a key that comes back by itself is logged with the time of that when it leaves', async (t) => {
  const { book, lines } = await begin(t);
  book.apply(key, attempt(outOfCredit, T), { ...POLICY, cooldownMs: 60_000 });
  assert.equal(lines[0]?.[1]['returnsAt'], '2026-03-01T12:01:00.000Z');
});

void test('what the operator does is logged with who did it and why, and not with what was before', async (t) => {
  const { book, lines } = await begin(t);
  const name = { provider: 'main', key: key.id, name: 'team-a' };
  book.apply(key, attempt(revoked, T - 10), POLICY);
  book.apply(key, { type: 'enabled', at: T, by: 'alice' }, POLICY);
  book.apply(key, { type: 'disabled', at: T + 1, by: 'bob at 10.0.0.3', reason: 'leaked' }, POLICY);
  book.apply(key, { type: 'enabled', at: T + 6 }, POLICY);
  // In service already: it ends what holds it.
  book.apply(key, { type: 'enabled', at: T + 7, by: 'alice' }, POLICY);
  assert.deepEqual(lines.slice(1), [
    ['a key was enabled by hand', { ...name, operator: 'alice', reason: undefined, outMs: 10 }],
    [
      'a key was disabled by hand',
      { ...name, operator: 'bob at 10.0.0.3', reason: 'leaked', outMs: undefined },
    ],
    ['a key was enabled by hand', { ...name, operator: undefined, reason: undefined, outMs: 5 }],
    ['a key was enabled by hand', { ...name, operator: 'alice', reason: undefined, outMs: undefined }],
  ]);
});

void test('a key that left service again after the operator enabled it is logged as one that left', async (t) => {
  const { book, lines } = await begin(t);
  book.apply(key, { type: 'enabled', at: T }, POLICY);
  book.apply(key, attempt(revoked, T + 1), POLICY);
  assert.deepEqual(
    lines.map(([message]) => message),
    ['a key was enabled by hand', 'a key left service'],
  );
});

void test('a change that does not take the key out is not logged, nor is a key that is not configured', async (t) => {
  const { book, lines } = await begin(t);
  book.apply(key, attempt(counts, T), POLICY);
  book.apply(key, attempt(succeeds, T + 1), POLICY);
  book.apply(makeKey('main', 'sk-that-left-the-configuration'), attempt(revoked, T), POLICY);
  assert.deepEqual(lines, []);
});
