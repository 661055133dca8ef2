import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import type { Key } from '../../../src/keys/key.ts';
import { Pool } from '../../../src/keys/pool/pool.ts';
import { FRESH, settle } from '../../../src/keys/record/record.ts';
import type { Disabled, KeyRecord, OutOfService } from '../../../src/keys/record/record.ts';
import { makeKey, seededRandom } from '../tools.ts';

const T = 1_700_000_000_000;

const disabled: Disabled = { state: 'disabled', epoch: 1, since: T };

function outUntil(returnsAt?: number): OutOfService {
  return {
    state: 'out-of-service',
    epoch: 1,
    since: T,
    cause: 'failures',
    rule: 'r',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: T,
    ...(returnsAt !== undefined && { returnsAt }),
  };
}

function makeKeys(weights: readonly number[]): readonly Key[] {
  return weights.map((weight, n) => makeKey('p', `sk-${n}`, { weight, name: String(n) }));
}

function idsOf(pooled: Iterable<{ readonly key: Key }>): readonly string[] {
  return Array.from(pooled, ({ key }) => key.id);
}

/** How often each of `keys` was drawn in `times` draws. */
function draws(pool: Pool, keys: readonly Key[], times: number): readonly number[] {
  const random = seededRandom(7);
  const tally = new Map(keys.map(({ id }) => [id, 0]));
  for (let n = 0; n < times; n++) {
    const id = pool.draw(random(), T)?.key.id ?? '';
    tally.set(id, (tally.get(id) ?? 0) + 1);
  }
  return [...tally.values()];
}

/** Pearson's statistic: how far counts are from their shares, 0 where they agree. */
function chiSquare(observed: readonly number[], shares: readonly number[]): number {
  const all = observed.reduce((sum, count) => sum + count, 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return observed.reduce((sum, count, n) => {
    const expected = (all * (shares[n] ?? 0)) / whole;
    return expected === 0 ? sum + count : sum + (count - expected) ** 2 / expected;
  }, 0);
}

void describe('Pool', () => {
  void it('has every key either in service or out of it, and never in both or twice', () => {
    const record = fc.oneof(
      fc.constant<KeyRecord>(FRESH),
      fc.constant<KeyRecord>(disabled),
      fc.constant<KeyRecord>(outUntil()),
      fc.integer({ min: 0, max: 300 }).map<KeyRecord>((ms) => outUntil(T + ms)),
    );
    const weights = fc.array(fc.constantFrom(1, 1, 1, 0.5, 3), { minLength: 1, maxLength: 12 });
    const changes = fc.array(
      fc.record({ which: fc.nat({ max: 11 }), record, waitMs: fc.constantFrom(0, 0, 1, 50, 200) }),
      { maxLength: 60, size: 'max' },
    );
    const property = fc.property(weights, changes, (given, steps) => {
      const keys = makeKeys(given);
      const known = new Map<string, KeyRecord>(keys.map(({ id }) => [id, FRESH]));
      const pool = new Pool(keys, ({ id }) => known.get(id) ?? FRESH);
      let now = T;
      for (const step of steps) {
        now += step.waitMs;
        const id = keys[step.which % keys.length]?.id ?? '';
        known.set(id, step.record);
        pool.update(id, step.record);

        const isIn = (key: Key): boolean => settle(known.get(key.id) ?? FRESH, now).state === 'in-service';
        const inService = idsOf(pool.inService(now));
        assert.deepEqual(inService.toSorted(), idsOf(keys.filter(isIn).map((key) => ({ key }))).toSorted());
        assert.deepEqual(
          [...inService, ...idsOf(pool.outOfService(now))].toSorted(),
          [...known.keys()].toSorted(),
        );
        const drawn = pool.draw(0.999_999, now);
        assert.equal(drawn === undefined, inService.length === 0);
        if (drawn !== undefined) assert.ok(isIn(drawn.key));
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  void it('takes a key back when its cooldown is over, without an event', () => {
    const keys = makeKeys([1, 1]);
    const pool = new Pool(keys, () => outUntil(T + 100));
    assert.deepEqual(pool.inService(T + 99), []);
    assert.deepEqual(idsOf(pool.inService(T + 100)), idsOf(keys.map((key) => ({ key }))));
    assert.deepEqual(
      pool.inService(T + 100).map(({ record }) => record.epoch),
      [2, 2],
    );
  });

  void it('takes over the records of its keys when it is made', () => {
    const [first, second] = makeKeys([1, 1]);
    assert.ok(first && second);
    const pool = new Pool([first, second], ({ id }) => (id === first.id ? disabled : FRESH));
    assert.deepEqual(idsOf(pool.inService(T)), [second.id]);
    assert.equal(pool.get(first.id)?.record, disabled);
    assert.equal(pool.size, 2);
  });

  void it('takes over the quota domain of a key from its record, unless it is configured', () => {
    const [own, configured] = [makeKey('p', 'sk-own'), makeKey('p', 'sk-c', { quotaDomain: 'mine' })];
    const pool = new Pool([own, configured], () => ({ ...FRESH, domain: 'org' }));
    const names = () => [own, configured].map(({ id }) => pool.get(id)?.domain?.name);
    assert.deepEqual(names(), ['org', 'mine']);
    pool.update(own.id, { ...FRESH, domain: 'moved' });
    pool.update(own.id, FRESH);
    assert.deepEqual(names(), ['moved', 'mine']);
    assert.equal(pool.get(own.id)?.domain?.members, 1);
  });

  void it("does not care about other pools' keys", () => {
    const pool = new Pool(makeKeys([1]), () => FRESH);
    pool.update('of-another-pool', disabled);
    assert.equal(pool.size, 1);
    assert.equal(pool.inService(T).length, 1);
  });

  void it("follows only the operator's acts where failover is off", () => {
    const keys = makeKeys([1, 1]);
    const pool = new Pool(keys, () => outUntil(), false);
    assert.equal(pool.inService(T).length, 2);
    pool.update(keys[0]?.id ?? '', disabled);
    pool.update(keys[1]?.id ?? '', outUntil());
    assert.deepEqual(idsOf(pool.inService(T)), [keys[1]?.id]);
  });

  void it('draws keys in proportion to their weights', () => {
    const weights = [1, 2, 0.5, 1000, 3, 100];
    const keys = makeKeys(weights);
    const counts = draws(new Pool(keys, () => FRESH), keys, 200_000);
    // Beyond 20.5 in one of a thousand honest draws, with 6 - 1 degrees of freedom.
    assert.ok(chiSquare(counts, weights) < 20.5, String(counts));
  });

  void it('draws keys of one weight evenly', () => {
    const weights = Array.from({ length: 20 }, () => 5);
    const keys = makeKeys(weights);
    const counts = draws(new Pool(keys, () => FRESH), keys, 100_000);
    assert.ok(chiSquare(counts, weights) < 43.8, String(counts));
  });

  void it('draws by the weights of those that are in service, through all their coming and going', () => {
    const weights = Array.from({ length: 33 }, (_, n) => 0.1 + (n % 7));
    const keys = makeKeys(weights);
    const pool = new Pool(keys, () => FRESH);
    const random = seededRandom(3);
    for (let n = 0; n < 10_000; n++) {
      const { id = '' } = keys[Math.floor(random() * keys.length)] ?? {};
      pool.update(id, random() < 0.5 ? disabled : FRESH);
    }
    keys.forEach(({ id }, n) => pool.update(id, n % 3 === 0 ? disabled : FRESH));
    const shares = weights.map((weight, n) => (n % 3 === 0 ? 0 : weight));
    const counts = draws(pool, keys, 100_000);
    // 22 - 1 degrees of freedom.
    assert.ok(chiSquare(counts, shares) < 46.8, String(counts));
  });

  void it('draws nothing where nothing is in service', () => {
    for (const weights of [[], [1, 1], [1, 2]]) {
      assert.equal(new Pool(makeKeys(weights), () => disabled).draw(0.5, T), undefined);
    }
  });
});
