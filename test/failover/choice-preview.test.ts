import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choiceRequest, choose } from '../../src/failover/choose.ts';
import { previewChoice } from '../../src/failover/choice-preview.ts';
import type { KeyPreview, ChoicePreview } from '../../src/failover/choice-preview.ts';
import type { RouteTarget } from '../../src/routing/route.ts';
import { Pool } from '../../src/keys/pool/pool.ts';
import type { PooledKey } from '../../src/keys/pool/pool.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import type { Hold, InService, KeyRecord, OutOfService } from '../../src/keys/record/record.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { configOf } from '../config/parsing.ts';
import { makeKey, seededRandom } from '../keys/tools.ts';
import { setInFlight } from '../support/in-flight.ts';

const T = 1_700_000_000_000;
const LIMIT = 100;

const hold: Hold = { model: 'm', cause: 'throttled', rule: 'r', since: T, until: T + 3_000, strikes: 1 };
const held: InService = { ...FRESH, holds: [hold] };
const denied: InService = { ...FRESH, holds: [{ ...hold, cause: 'denied' }] };
const disabled: KeyRecord = { state: 'disabled', epoch: 1, since: T };
const dead: OutOfService = {
  state: 'out-of-service',
  epoch: 1,
  since: T,
  cause: 'key_dead',
  rule: 'r',
  passes: 0,
  failedChecks: 0,
  nextCheckAt: T + 5_000,
};
const failing: OutOfService = { ...dead, cause: 'failures', nextCheckAt: T + 2_000 };
const back: InService = { ...FRESH, epoch: 2, since: T - 15_000 };

const [CONFIG] = configOf(
  'providers: [{ id: p, type: openai, apiTokens: [sk], failover: { enabled: true, healthCheckModel: c, returnRamp: 30s } }]',
).providers;

interface KeySetup {
  readonly record?: KeyRecord;
  readonly weight?: number;
  readonly inFlight?: number;
  readonly scarce?: boolean;
  readonly serves?: boolean;
  readonly domain?: string;
}

/** A provider with a key for each setup, named by its place. */
function targetOf(setups: readonly KeySetup[], more: Partial<RouteTarget> = {}): RouteTarget {
  assert.ok(CONFIG);
  const keys = setups.map(({ weight = 1, serves = true, domain }, n) =>
    makeKey('p', `sk-${n}`, {
      name: String(n),
      weight,
      serves: () => serves,
      ...(domain !== undefined && { quotaDomain: domain }),
    }),
  );
  const pool = new Pool(keys, ({ name }) => setups[Number(name)]?.record ?? FRESH);
  for (const pooled of pool.all()) {
    const { inFlight = 0, scarce = false } = setups[Number(pooled.key.name)] ?? {};
    setInFlight(pooled, inFlight);
    if (scarce) pooled.headroom.observe('m', T + 60_000);
  }
  return { provider: { ...openProvider(CONFIG, () => FRESH), pool }, model: 'm', ...more };
}

function ask(target: RouteTarget, limit = LIMIT): ChoicePreview {
  return previewChoice(target, limit, T, seededRandom(3));
}

function byName({ keys }: ChoicePreview): ReadonlyMap<string, KeyPreview> {
  return new Map(keys.map((key) => [key.pooled.key.name, key]));
}

function chances(preview: ChoicePreview): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(byName(preview), ([name, { chance }]) => [name, (chance ?? NaN).toFixed(2)]),
  );
}

void describe('choice preview: what each key shows', () => {
  void it('says what keeps each key back, and when that is over', () => {
    const preview = ask(
      targetOf([
        {},
        { record: dead },
        { record: disabled },
        { record: { ...held, holds: [{ ...hold, wide: true }] }, domain: 'org' },
        { domain: 'org' },
        { serves: false },
        { record: failing },
        { record: denied },
      ]),
    );
    const reported = Array.from(byName(preview), ([name, { obstacle, dueAt, lastResort }]) => [
      name,
      obstacle,
      dueAt === undefined ? undefined : dueAt - T,
      lastResort,
    ]);
    assert.deepEqual(reported, [
      ['0', undefined, undefined, false],
      ['1', 'out-of-service', 5_000, false],
      ['2', 'disabled', undefined, false],
      ['3', 'held', 3_000, false],
      ['4', 'domain-held', 3_000, false],
      ['5', 'other-models', undefined, false],
      ['6', 'out-of-service', 2_000, true],
      ['7', 'held', 3_000, true],
    ]);
    assert.deepEqual(preview.counts, {
      usable: 1,
      tried: 0,
      'other-models': 1,
      'out-of-service': 2,
      disabled: 1,
      held: 2,
      'domain-held': 1,
    });
    assert.deepEqual([preview.outcome, preview.keys[0]?.chance], ['key', 1]);
  });

  void it('notices a cooldown that is over', () => {
    const preview = ask(targetOf([{ record: { ...dead, returnsAt: T - 1 } }]));
    assert.deepEqual([preview.outcome, preview.keys[0]?.obstacle], ['key', undefined]);
  });

  void it('shows what speaks for and against a usable key', () => {
    const [key] = ask(targetOf([{ record: back, scarce: true }])).keys;
    assert.deepEqual([key?.share, key?.scarce], [0.5, true]);
  });
});

void describe('preview: chances', () => {
  void it('are even among keys that are alike, to the last draw', () => {
    assert.deepEqual(chances(ask(targetOf([{}, {}, {}]))), { '0': '0.33', '1': '0.33', '2': '0.33' });
  });

  void it('go by weight', () => {
    assert.deepEqual(chances(ask(targetOf([{ weight: 3 }, {}]))), { '0': '0.75', '1': '0.25' });
  });

  void it('are small for a busy key, for one short of its limits, and for one that has just come back', () => {
    for (const [setup, expected] of [
      [{ inFlight: 9 }, 1 / 16],
      [{ scarce: true }, 1 / 2 ** 13],
      [{ record: back }, 1 / 3],
    ] as const) {
      const [other, key] = ask(targetOf([{}, setup])).keys;
      assert.equal(other?.pooled.key.name, '0');
      assert.ok(Math.abs((key?.chance ?? NaN) - expected) < 0.02, `${key?.chance} for ${expected}`);
    }
  });

  void it('are those of the choice itself, whatever the pool', () => {
    const random = seededRandom(8);
    const records = [FRESH, FRESH, back, held, dead, disabled];
    for (let round = 0; round < 20; round++) {
      const target = targetOf(
        Array.from({ length: 1 + Math.floor(random() * 8) }, () => ({
          record: records[Math.floor(random() * records.length)] ?? FRESH,
          weight: 1 + Math.floor(random() * 3),
          inFlight: Math.floor(random() * 3),
          scarce: random() < 0.2,
          serves: random() < 0.9,
        })),
      );
      const preview = ask(target);
      const tally = new Map<PooledKey | undefined, number>();
      const { provider, model } = target;
      const rest = { tried: new Set<string>(), preference: undefined, now: T, random };
      const draws = 3_000;
      for (let n = 0; n < draws; n++) {
        const choice = choose(provider.pool, choiceRequest(provider, model, rest));
        if (choice.kind === 'key') tally.set(choice.pooled, (tally.get(choice.pooled) ?? 0) + 1);
      }
      for (const { pooled, chance, obstacle } of preview.keys) {
        const share = (tally.get(pooled) ?? 0) / draws;
        assert.ok(Math.abs((chance ?? NaN) - share) < 0.05, `${chance} told, ${share} met`);
        assert.ok(obstacle === undefined || share === 0, `${obstacle}, and chosen all the same`);
      }
    }
  });
});

void describe('preview: where nothing can be used', () => {
  void it('name the last resort, and put it first', () => {
    const preview = ask(targetOf([{ record: dead }, { record: failing }]));
    const [first] = preview.keys;
    assert.equal(preview.outcome, 'last-resort');
    assert.deepEqual([first?.pooled.key.name, first?.chance, first?.obstacle], ['1', 1, 'out-of-service']);
  });

  void it('say when the first key is due back', () => {
    const preview = ask(targetOf([{ record: dead }, { record: held }]));
    assert.deepEqual([preview.outcome, preview.returnsAt], ['none', T + 3_000]);
  });

  void it('know a provider without keys', () => {
    const { outcome, keys } = ask(targetOf([]));
    assert.deepEqual([outcome, keys], ['keyless', []]);
  });
});

void describe('preview: in large pools', () => {
  const many = 30_000;

  void it('show a hundred keys, half of them of each kind, and count all', () => {
    const target = targetOf(Array.from({ length: many }, (_, n) => ({ record: n % 2 === 0 ? FRESH : dead })));
    const { keys, counts } = ask(target);
    assert.equal(keys.length, LIMIT);
    assert.equal(keys.filter(({ obstacle }) => obstacle === undefined).length, LIMIT / 2);
    assert.deepEqual([counts.usable, counts['out-of-service']], [many / 2, many / 2]);
  });

  void it('give all the room to one kind where the other needs little', () => {
    const setups = Array.from({ length: 300 }, (_, n) => ({ record: n === 299 ? FRESH : dead }));
    const shown = ask(targetOf(setups)).keys;
    assert.equal(shown.length, LIMIT);
    assert.deepEqual([shown[0]?.pooled.key.name, shown[0]?.chance], ['299', 1]);
  });

  void it('cost little, and have no meaningless chances, where nearly all are held', () => {
    const target = targetOf(Array.from({ length: many }, (_, n) => ({ record: n === 7 ? FRESH : held })));
    let numbers = 0;
    const random = seededRandom(4);
    const { draws, keys } = previewChoice(target, LIMIT, T, () => {
      numbers++;
      return random();
    });
    assert.deepEqual([draws, keys[0]?.pooled.key.name, keys[0]?.chance], [1, '7', undefined]);
    assert.ok(numbers < 1_000, `${numbers} random numbers`);
  });
});
