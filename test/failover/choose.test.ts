import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choose as chooseInService, chooseLastResort } from '../../src/failover/choose.ts';
import type { Choice, ChoiceRequest } from '../../src/failover/choose.ts';
import type { QuotaDomain } from '../../src/keys/pool/quota-domain.ts';
import type { Key } from '../../src/keys/key.ts';
import { Pool } from '../../src/keys/pool/pool.ts';
import { ANY_MODEL, FRESH } from '../../src/keys/record/record.ts';
import type { Hold, InService, KeyRecord, OutOfService } from '../../src/keys/record/record.ts';
import { makeKey, seededRandom } from '../keys/tools.ts';
import { setInFlight } from '../support/in-flight.ts';

const T = 1_700_000_000_000;

function request(more: Partial<ChoiceRequest> = {}): ChoiceRequest {
  return {
    model: 'm',
    tried: new Set(),
    strategy: 'balanced',
    hasHealthChecks: true,
    rampMs: 0,
    now: T,
    random: seededRandom(1),
    ...more,
  };
}

function out(more: Partial<OutOfService> = {}): OutOfService {
  return {
    state: 'out-of-service',
    epoch: 1,
    since: T - 1_000,
    cause: 'failures',
    rule: 'r',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: T + 5_000,
    ...more,
  };
}

function held(more: Partial<Hold> = {}): InService {
  const hold: Hold = {
    model: 'm',
    cause: 'throttled',
    rule: 'r',
    since: T - 10,
    until: T + 3_000,
    strikes: 1,
    ...more,
  };
  return { ...FRESH, holds: [hold] };
}

const disabled: KeyRecord = { state: 'disabled', epoch: 1, since: T };

/** As a request does that has no other provider to go to. */
function choose(pool: Pool, asked: ChoiceRequest): Choice {
  const choice = chooseInService(pool, asked);
  return choice.kind === 'key' ? choice : chooseLastResort(pool, asked);
}

/** A pool of keys named `0`, `1`, …, one for each record. */
function poolOf(records: readonly KeyRecord[], more: (n: number) => Partial<Key> = () => ({})): Pool {
  const keys = records.map((_, n) => makeKey('p', `sk-${n}`, { name: String(n), ...more(n) }));
  return new Pool(keys, ({ name }) => records[Number(name)] ?? FRESH);
}

function idOf(pool: Pool, name: string): string {
  for (const { key } of pool.all()) if (key.name === name) return key.id;
  throw new RangeError(`no key is named ${name}`);
}

function nameOf(choice: Choice): string | undefined {
  return choice.kind === 'key' ? choice.pooled?.key.name : undefined;
}

/** How often each key was chosen in `times` choices. */
function tally(
  pool: Pool,
  times: number,
  more: Partial<ChoiceRequest> = {},
): Readonly<Record<string, number>> {
  const random = seededRandom(11);
  const counts: Record<string, number> = {};
  for (let n = 0; n < times; n++) {
    const name = nameOf(choose(pool, request({ ...more, random }))) ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function isNear(actual: number | undefined, expected: number, share = 0.05): void {
  assert.ok(Math.abs((actual ?? 0) - expected) <= expected * share, `${actual} is not about ${expected}`);
}

void describe('choose: among keys in service', () => {
  for (const strategy of ['random', 'balanced'] as const) {
    void it(`gives idle keys shares by their weights: ${strategy}`, () => {
      const weights = [1, 2, 5];
      const pool = poolOf([FRESH, FRESH, FRESH], (n) => ({ weight: weights[n] ?? 1 }));
      const counts = tally(pool, 40_000, { strategy });
      for (const [n, weight] of weights.entries()) isNear(counts[n], weight * 5_000);
    });
  }

  void it('prefers the less busy of two, where balanced', () => {
    const pool = poolOf([FRESH, FRESH]);
    for (const pooled of pool.all()) setInFlight(pooled, pooled.key.name === '0' ? 9 : 1);
    // The busy one is taken only where the pick and all three for a second key fall on it.
    isNear(tally(pool, 40_000)['0'], 40_000 / 16);
    isNear(tally(pool, 40_000, { strategy: 'random' })['0'], 20_000);
  });

  void it('takes a key of twice the weight for as busy with twice the requests', () => {
    const pool = poolOf([FRESH, FRESH], (n) => ({ weight: n === 0 ? 2 : 1 }));
    for (const pooled of pool.all()) setInFlight(pooled, pooled.key.name === '0' ? 10 : 5);
    // A tie: as if both were idle.
    isNear(tally(pool, 30_000)['0'], 20_000);
    for (const pooled of pool.all()) setInFlight(pooled, pooled.key.name === '0' ? 9 : 5);
    // The lighter one is taken only where all four picks fall on it.
    isNear(tally(pool, 30_000)['1'], 30_000 / 81);
  });

  void it('spreads load over a pool so that no key has much more than the average', () => {
    const pool = poolOf(Array.from({ length: 50 }, () => FRESH));
    const random = seededRandom(5);
    for (let n = 0; n < 5_000; n++) {
      const choice = choose(pool, request({ random }));
      if (choice.kind === 'key') choice.pooled?.attemptBegan();
    }
    const busiest = Math.max(...Array.from(pool.all(), ({ inFlight }) => inFlight));
    assert.ok(busiest <= 105, `${busiest} where 100 is the average`);
  });

  void it('leaves domains that are closed to the request, and asks no last resort of theirs', () => {
    const domains = ['org', 'org', undefined, 'other'];
    const pool = poolOf([FRESH, FRESH, FRESH, out()], (n) => {
      const quotaDomain = domains[n];
      return quotaDomain === undefined ? {} : { quotaDomain };
    });
    const domainOf = (name: string): QuotaDomain => pool.get(idOf(pool, name))?.domain ?? assert.fail();
    const excludedDomains = new Set([domainOf('0')]);
    assert.deepEqual(tally(pool, 1_000, { excludedDomains }), { '2': 1_000 });
    const tried = new Set([idOf(pool, '2')]);
    assert.equal(nameOf(choose(pool, request({ excludedDomains, tried }))), '3');
    excludedDomains.add(domainOf('3'));
    assert.equal(choose(pool, request({ excludedDomains, tried })).kind, 'none');
  });

  void it('never takes a key that the request has tried', () => {
    const pool = poolOf([FRESH, FRESH, FRESH]);
    const tried = new Set([idOf(pool, '0'), idOf(pool, '2')]);
    assert.deepEqual(tally(pool, 1_000, { tried }), { '1': 1_000 });
    tried.add(idOf(pool, '1'));
    assert.deepEqual(choose(pool, request({ tried })), { kind: 'none', returnsAt: undefined });
  });

  void it('returns the epoch of the record it chose by', () => {
    const pool = poolOf([{ ...FRESH, epoch: 6 }]);
    assert.deepEqual(choose(pool, request()), {
      kind: 'key',
      pooled: pool.get(idOf(pool, '0')),
      epoch: 6,
      lastResort: false,
    });
  });

  void it('keeps to the models a key may be used for', () => {
    const pool = poolOf([FRESH, FRESH], (n) => ({ serves: (model) => n === 1 || model === 'small' }));
    assert.deepEqual(tally(pool, 500, { model: 'big' }), { '1': 500 });
    assert.equal(tally(pool, 500, { model: 'small' })['none'], undefined);
    const none = poolOf([FRESH], () => ({ serves: () => false }));
    assert.deepEqual(choose(none, request()), { kind: 'none', returnsAt: undefined });
  });

  void it('uses any key for a request without a model, whatever its list of models', () => {
    const pool = poolOf([FRESH], () => ({ serves: (model) => model === 'small' }));
    assert.equal(nameOf(choose(pool, request({ model: ANY_MODEL }))), '0');
  });

  void it('keeps a key from the model it is held from until the hold is over, and from no other model', () => {
    const pool = poolOf([held(), FRESH]);
    assert.deepEqual(tally(pool, 500), { '1': 500 });
    isNear(tally(pool, 1_000, { model: 'other' })['0'], 500, 0.15);
    isNear(tally(pool, 1_000, { now: T + 3_000 })['0'], 500, 0.15);
  });

  void it('keeps a key from everything where it is held without a model', () => {
    const pool = poolOf([held({ model: ANY_MODEL }), FRESH]);
    assert.deepEqual(tally(pool, 500), { '1': 500 });
    assert.deepEqual(tally(pool, 500, { model: 'other' }), { '1': 500 });
  });

  void it('finds the one key that can be used among very many that cannot', () => {
    const pool = poolOf([...Array.from({ length: 5_000 }, () => held()), FRESH]);
    assert.deepEqual(tally(pool, 20), { '5000': 20 });
  });

  void it('uses a key again once its cooldown is over, without an event', () => {
    const pool = poolOf([out({ cause: 'key_dead', returnsAt: T + 100 })]);
    assert.equal(choose(pool, request({ now: T + 99 })).kind, 'none');
    assert.deepEqual(choose(pool, request({ now: T + 100 })), {
      kind: 'key',
      pooled: pool.get(idOf(pool, '0')),
      epoch: 2,
      lastResort: false,
    });
  });
});

void describe('choose: where nothing is in service', () => {
  void it('tries the key due soonest as a last resort, if it is out for an ambiguous reason', () => {
    const pool = poolOf([
      out({ nextCheckAt: T + 9_000 }),
      out({ nextCheckAt: T + 2_000, epoch: 7 }),
      out({ nextCheckAt: T + 4_000 }),
      out({ nextCheckAt: T + 1_000, cause: 'key_dead' }),
    ]);
    const choice = choose(pool, request());
    assert.deepEqual(choice, {
      kind: 'key',
      pooled: pool.get(idOf(pool, '1')),
      epoch: 7,
      lastResort: true,
    });
    const tried = new Set([idOf(pool, '1')]);
    assert.equal(nameOf(choose(pool, request({ tried }))), '2');
  });

  const never: Readonly<Record<string, KeyRecord>> = {
    'definitely dead': out({ cause: 'key_dead' }),
    'out of credit': out({ cause: 'billing' }),
    'throttled for the model': held(),
    'throttled altogether': held({ model: ANY_MODEL }),
    disabled,
  };
  for (const [trouble, record] of Object.entries(never)) {
    void it(`never tries a key that is ${trouble}`, () => {
      assert.equal(choose(poolOf([record, record]), request()).kind, 'none');
    });
  }

  void it("tries a key that was denied the model, so that the client gets the provider's own error", () => {
    const pool = poolOf([held({ cause: 'denied' })]);
    const choice = choose(pool, request());
    assert.deepEqual([nameOf(choice), choice.kind === 'key' && choice.lastResort], ['0', true]);
  });

  void it('never tries a key whose list of models is without this one', () => {
    const pool = poolOf([out()], () => ({ serves: () => false }));
    assert.deepEqual(choose(pool, request()), { kind: 'none', returnsAt: undefined });
  });

  const dead: Partial<OutOfService> = { cause: 'key_dead' };
  const returns: readonly (readonly [string, readonly KeyRecord[], number | undefined, boolean?])[] = [
    ['the next check', [out({ ...dead, nextCheckAt: T + 7 }), out(dead)], T + 7],
    ['the end of a throttle', [out(dead), held({ until: T + 6 })], T + 6],
    ['the end of a cooldown', [out({ ...dead, returnsAt: T + 5 }), held()], T + 5],
    ['nothing, where all are disabled', [disabled, disabled], undefined],
    ['what is not disabled', [disabled, held({ until: T + 8 })], T + 8],
    [
      'the end of a cooldown, where nothing is tested',
      [out({ ...dead, returnsAt: T + 60_000 })],
      T + 60_000,
      false,
    ],
    ['nothing, where nothing is tested or cools down', [out(dead)], undefined, false],
  ];
  for (const [what, records, returnsAt, hasHealthChecks = true] of returns) {
    void it(`says when to come back: at ${what}`, () => {
      assert.deepEqual(choose(poolOf(records), request({ hasHealthChecks })), { kind: 'none', returnsAt });
    });
  }

  void it('says when an ambiguous key that was tried already is due back', () => {
    const pool = poolOf([out({ nextCheckAt: T + 4 })]);
    const tried = new Set([idOf(pool, '0')]);
    assert.deepEqual(choose(pool, request({ tried })), { kind: 'none', returnsAt: T + 4 });
  });

  void it('has nothing to say of a pool without keys', () => {
    assert.deepEqual(choose(poolOf([]), request()), { kind: 'none', returnsAt: undefined });
  });
});

void describe('choose: among very many keys', () => {
  const many = 100_000;
  const pools: Readonly<Record<string, Pool>> = {
    'all of them usable': poolOf(Array.from({ length: many }, () => FRESH)),
    'a third out of service': poolOf(Array.from({ length: many }, (_, n) => (n % 3 === 0 ? out() : FRESH))),
    'a third held from the model': poolOf(
      Array.from({ length: many }, (_, n) => (n % 3 === 0 ? held() : FRESH)),
    ),
    'of very different weights': poolOf(
      Array.from({ length: many }, () => FRESH),
      (n) => ({ weight: n === 0 ? 1_000 : 1 }),
    ),
    'the heaviest of them out of service': poolOf(
      Array.from({ length: many }, (_, n) => (n === 0 ? disabled : FRESH)),
      (n) => ({ weight: n === 0 ? 1_000 : 1 }),
    ),
  };
  for (const [which, pool] of Object.entries(pools)) {
    void it(`looks at a few only: ${which}`, () => {
      const random = seededRandom(3);
      let numbers = 0;
      const counted = (): number => {
        numbers++;
        return random();
      };
      for (let n = 0; n < 1_000; n++) {
        assert.equal(choose(pool, request({ random: counted })).kind, 'key');
      }
      // A scan takes a number for each usable key. Two picks take two, and some more where they miss.
      assert.ok(numbers < 10_000, `${numbers} random numbers for 1,000 choices`);
    });
  }
});

void describe('a key that has come back', () => {
  const returned: InService = { state: 'in-service', epoch: 2, since: T, failures: 0, holds: [] };

  void it('gets a small share first, and all of it when the ramp is over', () => {
    const pool = poolOf([returned, FRESH, FRESH, FRESH]);
    const shareAt = (ageMs: number): number => {
      const random = seededRandom(7);
      const choices = Array.from({ length: 4_000 }, () =>
        choose(pool, request({ strategy: 'random', rampMs: 30_000, now: T + ageMs, random })),
      );
      const hits = choices.filter((choice) => choice.kind === 'key' && choice.pooled?.key.name === '0');
      return hits.length / choices.length;
    };
    assert.ok(Math.abs(shareAt(0) - 0.1 / 3.1) < 0.02);
    assert.ok(Math.abs(shareAt(15_000) - 0.5 / 3.5) < 0.03);
    assert.ok(Math.abs(shareAt(30_000) - 0.25) < 0.03);
  });

  void it('is used at once where there is no other', () => {
    const pool = poolOf([returned]);
    for (let seed = 1; seed <= 100; seed++) {
      assert.equal(choose(pool, request({ rampMs: 30_000, random: seededRandom(seed) })).kind, 'key');
    }
  });
});

void describe('chooseLastResort, where keys that are out are not checked', () => {
  const dead: OutOfService = {
    state: 'out-of-service',
    epoch: 1,
    since: T - 120_000,
    cause: 'key_dead',
    rule: 'r',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: T - 60_000,
  };

  void it('tries a dead key whose check has been due for a minute, and none that is due or where there are no checks', () => {
    const pool = poolOf([dead]);
    assert.equal(nameOf(choose(pool, request())), '0');
    assert.equal(choose(pool, request({ now: T - 1 })).kind, 'none');
    assert.equal(choose(pool, request({ hasHealthChecks: false })).kind, 'none');
  });

  void it('prefers every key that can be used', () => {
    for (let n = 0; n < 50; n++) assert.equal(nameOf(choose(poolOf([dead, FRESH]), request())), '1');
  });
});
