import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from '../support/property.ts';
import { fnv1a } from '../../src/routing/hash.ts';
import { RendezvousHash } from '../../src/routing/rendezvous-hash.ts';
import { Pool, type PooledKey } from '../../src/keys/pool/pool.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { makeKey } from '../keys/tools.ts';

const any = (): boolean => true;

/** Pooled keys, each named by its secret. */
function pooled(names: readonly string[], weightOf: (name: string) => number = () => 1): PooledKey[] {
  const keys = names.map((name) => makeKey('p', name, { name, weight: weightOf(name) }));
  return [...new Pool(keys, () => FRESH).all()];
}

function keyNames(count: number, prefix = 'key'): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
}

const SESSIONS = Array.from({ length: 20_000 }, (_, n) => fnv1a(`session ${n}`));

function homes(order: RendezvousHash, isUsable: (key: PooledKey) => boolean = any): string[] {
  return SESSIONS.map((session) => order.pick(session, isUsable)?.key.name ?? '');
}

function moved(before: readonly string[], after: readonly string[]): number[] {
  return before.flatMap((home, n) => (home === after[n] ? [] : [n]));
}

function shares(found: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const home of found) counts.set(home, (counts.get(home) ?? 0) + 1);
  return counts;
}

/** Five standard deviations of a share that is left to chance. */
function slack(expected: number): number {
  return 5 * Math.sqrt(expected);
}

void describe('the order of a session', () => {
  void test('spreads sessions evenly, over few keys and over many', () => {
    for (const count of [2, 7, 100, 3_000]) {
      const expected = SESSIONS.length / count;
      const found = shares(homes(new RendezvousHash(pooled(keyNames(count)))));
      for (const name of keyNames(count)) {
        assert.ok(Math.abs((found.get(name) ?? 0) - expected) <= slack(expected) + 3, `${count}: ${name}`);
      }
    }
  });

  void test('spreads them by weight', () => {
    const weights = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 0.5],
      ['d', 6.5],
    ]);
    const found = shares(
      homes(new RendezvousHash(pooled([...weights.keys()], (name) => weights.get(name) ?? 0))),
    );
    for (const [name, weight] of weights) {
      const expected = (SESSIONS.length * weight) / 10;
      assert.ok(
        Math.abs((found.get(name) ?? 0) - expected) <= slack(expected),
        `${name}: ${found.get(name)}`,
      );
    }
  });

  void test('is the same however the pool is ordered, in every process', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        (list, session) => {
          const one = new RendezvousHash(pooled(list)).pick(session, any);
          const other = new RendezvousHash(pooled(list.toReversed())).pick(session, any);
          assert.equal(one?.key.id, other?.key.id);
        },
      ),
    );
    // So it stays the same from version to version.
    const order = new RendezvousHash(pooled(keyNames(5)));
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => order.pick(fnv1a(text), any)?.key.name),
      ['key-1', 'key-4', 'key-1', 'key-1', 'key-3', 'key-3'],
    );
  });

  void test('moves the sessions of a key that leaves, and hardly any other', () => {
    for (const count of [3, 50, 4_000]) {
      const list = keyNames(count);
      const left = list[1] ?? '';
      const before = homes(new RendezvousHash(pooled(list)));
      const after = homes(new RendezvousHash(pooled(list.filter((name) => name !== left))));
      assert.ok(!after.includes(left));
      const others = moved(before, after).filter((n) => before[n] !== left);
      const share = SESSIONS.length / count;
      assert.ok(others.length <= share + slack(share), `${count}: ${others.length}`);
    }
  });

  void test('moves to a key that comes what is its share, and hardly anything between others', () => {
    for (const count of [3, 50, 4_000]) {
      const list = keyNames(count);
      const before = homes(new RendezvousHash(pooled(list)));
      const after = homes(new RendezvousHash(pooled([...list, 'new'])));
      const share = SESSIONS.length / (count + 1);
      const elsewhere = moved(before, after).filter((n) => after[n] !== 'new');
      assert.ok((shares(after).get('new') ?? 0) <= share + slack(share) + 3);
      assert.ok(elsewhere.length <= share + slack(share), `${count}: ${elsewhere.length}`);
    }
  });

  void test('of a key that cannot be used spreads its sessions over all others, touches none else, and brings them back', () => {
    for (const count of [3, 40, 4_000]) {
      const order = new RendezvousHash(pooled(keyNames(count)));
      const before = homes(order);
      const out = keyNames(Math.ceil(count / 4), 'key');
      const after = homes(order, ({ key }) => !out.includes(key.name));
      assert.ok(after.every((home) => home !== '' && !out.includes(home)));
      assert.ok(moved(before, after).every((n) => out.includes(before[n] ?? '')));
      const expected = SESSIONS.length / (count - out.length);
      if (count < 100) {
        for (const [name, found] of shares(after)) {
          assert.ok(
            Math.abs(found - expected) <= 2 * slack(expected),
            `${count}: ${name} ${found} of ${expected}`,
          );
        }
      }
      assert.deepEqual(homes(order), before);
    }
  });

  void test('ends where nothing is usable', () => {
    assert.equal(
      new RendezvousHash(pooled(keyNames(9))).pick(1, () => false),
      undefined,
    );
    assert.equal(new RendezvousHash([]).pick(1, any), undefined);
  });

  void test('checks a few keys only for being usable, however many there are', () => {
    const order = new RendezvousHash(pooled(keyNames(20_000)));
    let checked = 0;
    for (const session of SESSIONS.slice(0, 200)) {
      order.pick(session, () => {
        checked++;
        return true;
      });
    }
    assert.ok(checked / 200 < 12, `${checked / 200}`);
  });
});
