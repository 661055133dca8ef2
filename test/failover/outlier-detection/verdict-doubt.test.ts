import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from '../../support/property.ts';
import { ruleSets } from '../../../src/verdict/rules/tables.ts';
import type { PooledKey } from '../../../src/keys/pool/pool.ts';
import { settle } from '../../../src/keys/record/record.ts';
import { DEAD, DoubtWorld, MODELS } from './doubt-world.ts';
import type { Refusal } from './doubt-world.ts';

/** What a request may be refused with: the example of any rule, or any text, under any status that a client can cause. */
const refusals: fc.Arbitrary<Refusal> = fc
  .tuple(
    fc.constantFrom(
      ...ruleSets.flatMap(([providerType, rules]) => rules.map(({ example }) => ({ providerType, example }))),
    ),
    fc.option(fc.integer({ min: 400, max: 499 }), { nil: undefined }),
    fc.option(fc.string(), { nil: undefined, freq: 4 }),
  )
  .map(([{ providerType, example }, status, text]) => {
    const own = example.status >= 400 && example.status < 500 ? example.status : 400;
    return {
      providerType,
      outcome: {
        kind: 'answered',
        status: example.stream === true ? 200 : (status ?? own),
        headers: example.headers ?? {},
        errorText: text ?? example.body ?? '',
        where: example.stream === true ? 'stream' : 'body',
      },
    };
  });

const model = fc.constantFrom(...MODELS);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('attack' as const),
        refusal: refusals,
        model,
        attempts: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), model }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
    },
  ),
  { maxLength: 60 },
);

const DOMAINS = {
  none: () => undefined,
  shared: () => 'org',
  mixed: (n: number) => (n % 3 === 0 ? undefined : `org-${n % 2}`),
};

const pools = fc.record({
  keys: fc.integer({ min: 2, max: 8 }),
  failureThreshold: fc.integer({ min: 1, max: 3 }),
  domains: fc.constantFrom('none' as const, 'shared' as const, 'mixed' as const),
  checkMs: fc.integer({ min: 0, max: 5_000 }),
});

void test('whatever text one client causes, a pool whose keys answer others keeps at least all but one', async (t) => {
  await fc.assert(
    fc.asyncProperty(pools, steps, async ({ domains, ...pool }, schedule) => {
      const world = await DoubtWorld.open(t, { ...pool, domainOf: DOMAINS[domains] });
      try {
        world.everyKeyAnswers();
        for (const step of schedule) {
          if (step.do === 'wait') world.wait(step.ms);
          else if (step.do === 'ask') assert.ok(world.ask(step.model), 'somebody else is refused');
          else if (!world.isThrottle(step.refusal)) world.attack(step.refusal, step.model, step.attempts);
          for (const each of MODELS) {
            assert.ok(
              world.usable(each) >= pool.keys - 1,
              `${world.usable(each)} of ${pool.keys} for ${each}`,
            );
          }
        }
      } finally {
        await world.close();
      }
    }),
    { numRuns: 400 },
  );
});

void test('a key that is really dead is out for good after at most one reprieve and one check', async (t) => {
  await fc.assert(
    fc.asyncProperty(pools, steps, async ({ domains, ...pool }, schedule) => {
      const world = await DoubtWorld.open(t, { ...pool, domainOf: DOMAINS[domains] });
      try {
        world.everyKeyAnswers();
        const [victim] = world.keys;
        assert.ok(victim !== undefined);
        const { id } = victim.key;
        world.dead.add(id);
        let reprieves = 0;
        let failedChecks = 0;
        const end = world.book.subscribe((keyId, after, before) => {
          if (keyId !== id) return;
          const { effect, check = false } = after.decisions?.at(-1) ?? {};
          // What fleet sense takes back was never held against it for good.
          if (before.state === 'out-of-service' && effect === 'reprieved') reprieves++;
          if (check) failedChecks++;
          if (after.state === 'in-service' && check) assert.fail('a check passed with a dead key');
        });
        for (const step of schedule) {
          if (step.do === 'wait') world.wait(step.ms);
          else if (step.do === 'ask')
            assert.ok(world.ask(step.model) || pool.keys === 2, 'a request is lost');
          else if (!world.isThrottle(step.refusal)) world.attack(step.refusal, step.model, step.attempts);
          assert.ok(reprieves <= 1, 'reprieved twice');
          if (failedChecks > 0) assert.equal(settle(victim.record, world.now).state, 'out-of-service');
        }
        end();
      } finally {
        await world.close();
      }
    }),
    { numRuns: 400 },
  );
});

void test('an answer to the very request proves what another key said of itself, without any check', async (t) => {
  const world = await DoubtWorld.open(t, { keys: 6, checked: false });
  try {
    world.everyKeyAnswers();
    const [first, second] = world.keys;
    assert.ok(first !== undefined && second !== undefined);
    world.dead.add(first.key.id);
    askUntilOut(world, first);
    assert.ok(first.record.state === 'out-of-service' && first.record.unproven === undefined, 'it is proven');

    world.attack(DEAD, MODELS[0], 2);
    assert.equal(world.usable(MODELS[0]), 5, 'words are doubted from here on');
    world.dead.add(second.key.id);
    askUntilOut(world, second);
    assert.equal(world.usable(MODELS[0]), 4);
  } finally {
    await world.close();
  }
});

/** Many times the requests that it takes until each key of a pool was tried. */
const MAX_REQUESTS = 10_000;

/** Every request is answered, and the first one that meets the key takes it out. */
function askUntilOut(world: DoubtWorld, { key: { id } }: PooledKey): void {
  const before = world.requestsOf(id);
  for (let asked = 0; world.requestsOf(id) === before; asked++) {
    assert.ok(asked < MAX_REQUESTS, 'the key is never tried');
    assert.ok(world.ask(MODELS[0]));
  }
  assert.equal(world.book.record({ id, providerId: 'p' }).state, 'out-of-service');
}

void test('where nothing checks, a doubt protects a key as long as the pool answers others, and no longer', async (t) => {
  const world = await DoubtWorld.open(t, { keys: 2, checked: false });
  try {
    for (let n = 0; n < 3; n++) {
      world.everyKeyAnswers();
      world.attack(DEAD, MODELS[0], 2);
      assert.equal(world.usable(MODELS[0]), 2);
      world.wait(1_000);
    }
    world.attack(DEAD, MODELS[0], 2);
    assert.equal(world.usable(MODELS[0]), 0, 'nothing has spoken for them since');
  } finally {
    await world.close();
  }
});

void test('a throttle for hours is doubted like any other verdict', async (t) => {
  const world = await DoubtWorld.open(t, { keys: 4 });
  const errorText =
    '{"error":{"message":"Rate limit reached on tokens per day","code":"rate_limit_exceeded"}}';
  const headers = { 'retry-after': '43200' };
  const outcome = { kind: 'answered', status: 429, headers, errorText, where: 'body' } as const;
  try {
    world.everyKeyAnswers();
    world.attack({ providerType: 'openai', outcome }, MODELS[0], 4);
    assert.equal(world.usable(MODELS[0]), 4);
    assert.equal(world.notices.length, 1);
  } finally {
    await world.close();
  }
});

void test('a throttle under 429 is believed of every key', async (t) => {
  const world = await DoubtWorld.open(t, { keys: 4 });
  const errorText = '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}';
  const outcome = { kind: 'answered', status: 429, headers: {}, errorText, where: 'body' } as const;
  try {
    world.everyKeyAnswers();
    world.attack({ providerType: 'openai', outcome }, MODELS[0], 4);
    assert.deepEqual([world.usable(MODELS[0]), world.usable(MODELS[1])], [0, 4]);
    assert.deepEqual(world.notices, []);
  } finally {
    await world.close();
  }
});

void test('keys that are not allowed a model make no noise each time they say so', async (t) => {
  const world = await DoubtWorld.open(t, { keys: 4 });
  const errorText = '{"error":{"message":"no access to this model","code":"model_not_found"}}';
  const outcome = { kind: 'answered', status: 404, headers: {}, errorText, where: 'body' } as const;
  try {
    world.everyKeyAnswers();
    for (let i = 0; i < 3; i++) world.attack({ providerType: 'openai', outcome }, 'made-up', 4);
    assert.deepEqual(world.notices, [], 'a model that nobody was ever answered for');
    assert.deepEqual([world.usable('made-up'), world.usable(MODELS[0])], [0, 4]);
  } finally {
    await world.close();
  }
});
