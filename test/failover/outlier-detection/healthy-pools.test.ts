import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as fc from '../../support/property.ts';
import { Recorder } from '../../../src/failover/recorder.ts';
import { KeyBook } from '../../../src/keys/book/book.ts';
import { settle } from '../../../src/keys/record/record.ts';
import type { Effect } from '../../../src/keys/record/event.ts';
import type { PooledKey } from '../../../src/keys/pool/pool.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import { attempt, counts, succeeds } from '../../keys/tools.ts';
import { providerAt } from '../attempts.ts';

const START = 1_700_000_000_000;

interface Schedule {
  readonly keys: number;
  readonly threshold: number;
  /** What happens to the pool, one after another. */
  readonly steps: readonly Step[];
}

type Step =
  /** Every key answers, in some time. */
  | { readonly kind: 'answers'; readonly lastsMs: number }
  /** The provider fails for everybody, in so many rounds over its keys. */
  | { readonly kind: 'outage'; readonly rounds: number; readonly lastsMs: number }
  /** One request fails with three keys, the first of them this one, and the recorder is told so. */
  | { readonly kind: 'poison'; readonly first: number }
  | { readonly kind: 'quiet'; readonly ms: number };

const withinASecond = fc.integer({ min: 0, max: 1_000 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('answers' as const), lastsMs: withinASecond }),
  fc.record({
    kind: fc.constant('outage' as const),
    rounds: fc.integer({ min: 1, max: 6 }),
    lastsMs: withinASecond,
  }),
  fc.record({ kind: fc.constant('poison' as const), first: fc.nat({ max: 11 }) }),
  fc.record({ kind: fc.constant('quiet' as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
);

const schedule: fc.Arbitrary<Schedule> = fc.record({
  keys: fc.integer({ min: 3, max: 12 }),
  threshold: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(anyStep, { maxLength: 25 }),
});

void test('neither outages of the provider nor poisonous requests take a healthy key out', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ keys, threshold, steps }) => {
      const world = await World.open(t, keys, threshold);
      try {
        // A pool that has never answered would be unlike any that a request meets.
        world.run({ kind: 'answers', lastsMs: 0 });
        for (const next of steps) {
          world.run(next);
          assert.deepEqual(world.out(), [], `out after ${next.kind}`);
        }
      } finally {
        await world.close();
      }
    }),
    { numRuns: 150 },
  );
});

/** A provider and its keys under a clock of their own, recorded as attempts are. */
class World {
  readonly #recorder: Recorder;
  readonly #provider: Provider;
  readonly #keys: readonly PooledKey[];
  #now = START;

  static async open(t: TestContext, count: number, failureThreshold: number): Promise<World> {
    const book = await KeyBook.open({ store: openMemoryStore(() => START), onNotice: () => {} });
    const apiTokens = Array.from({ length: count }, (_, n) => `sk-number-${n}-0123456789abc`);
    const failover = { enabled: true, failureThreshold, healthCheckModel: 'm' };
    // Nothing is sent to it: what attempts showed is made up here.
    return new World(providerAt(t, 'http://127.0.0.1:9', { apiTokens, failover }, book), book);
  }

  private constructor(provider: Provider, book: KeyBook) {
    this.#provider = provider;
    this.#recorder = new Recorder(book, () => {});
    this.#keys = [...provider.pool.all()];
  }

  run(step: Step): void {
    switch (step.kind) {
      case 'answers':
        this.#round(succeeds, step.lastsMs);
        return;
      case 'outage':
        for (let round = 0; round < step.rounds; round++) this.#round(counts, step.lastsMs);
        return;
      case 'poison':
        this.#poison(step.first);
        return;
      case 'quiet':
        this.#now += step.ms;
        return;
    }
  }

  /** The ids of keys that are not in service. */
  out(): readonly string[] {
    return this.#keys
      .filter(({ record }) => settle(record, this.#now).state !== 'in-service')
      .map(({ key }) => key.id);
  }

  async close(): Promise<void> {
    await this.#recorder.book.close();
  }

  #round(effect: Effect, lastsMs: number): void {
    for (const pooled of this.#keys) {
      this.#now += lastsMs / this.#keys.length;
      this.#attempt(pooled, effect);
    }
  }

  #poison(first: number): void {
    const since = this.#now;
    const tried = [0, 1, 2].map((n) => this.#keys[(first + n) % this.#keys.length]);
    for (const pooled of tried) {
      assert.ok(pooled !== undefined);
      this.#now += 1;
      this.#attempt(pooled, counts);
    }
    const ids = tried.flatMap((pooled) => pooled?.key.id ?? []);
    this.#recorder.pardon(this.#provider, ids, since, this.#now);
  }

  #attempt(pooled: PooledKey, effect: Effect): void {
    const { epoch } = settle(pooled.record, this.#now);
    this.#recorder.record(this.#provider, pooled, attempt(effect, this.#now, { epoch }));
  }
}
