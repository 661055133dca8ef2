import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { learnFromHeaders } from '../../../src/failover/attempt/learn-from-headers.ts';
import { Recorder } from '../../../src/failover/recorder.ts';
import type { KeyBook } from '../../../src/keys/book/book.ts';
import type { PooledKey } from '../../../src/keys/pool/pool.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { Store } from '../../../src/store/contract.ts';
import { attempt, POLICY, throttles } from '../../keys/tools.ts';
import { Nodes, places, writesTo } from '../../keys/books.ts';
import { FaultyStore } from '../../keys/faulty-store.ts';
import { providerAt } from '../attempts.ts';
import { until } from '../../support/until.ts';

const T = 1_700_000_000_000;

/** A process of a gateway, as far as it hears answers. */
interface Process {
  readonly provider: Provider;
  readonly book: KeyBook;
  /** An answer comes to the key of this number. */
  readonly hear: (number: number, headers: Readonly<Record<string, string>>, at?: number) => void;
  readonly key: (number: number) => PooledKey;
}

/** Processes that share a store, each with the same keys. */
class Gateway {
  readonly #t: TestContext;
  readonly #nodes: Nodes;
  readonly store: Store;
  readonly #options: object;

  private constructor(t: TestContext, nodes: Nodes, store: Store, options: object) {
    this.#t = t;
    this.#nodes = nodes;
    this.store = store;
    this.#options = options;
  }

  static async at(t: TestContext, options: object = {}): Promise<Gateway> {
    const nodes = Nodes.at(t, await places.memory());
    return new Gateway(t, nodes, await nodes.store(), options);
  }

  /** @param store - its way to the shared one, where that is of its own */
  async process(store?: Store): Promise<Process> {
    const book = await this.#nodes.book(store);
    const failover = { enabled: true, healthCheckModel: 'm' };
    const more = { apiTokens: ['sk-0', 'sk-1', 'sk-2'], failover, ...this.#options };
    const provider = providerAt(this.#t, 'http://127.0.0.1:1', more, book);
    const recorder = new Recorder(book, () => {});
    const keys = [...provider.pool.all()];
    const key = (number: number): PooledKey => keys[number] ?? assert.fail();
    return {
      provider,
      book,
      hear: (number, headers, at = T) =>
        learnFromHeaders({ provider, pooled: key(number), model: 'm' }, headers, { recorder, now: () => at }),
      key,
    };
  }

  /** How many writes the store has taken, once nothing is under way. */
  async writes(...processes: readonly Process[]): Promise<number> {
    for (const { book } of processes) await book.flushed();
    return writesTo(this.store);
  }
}

/** What is left of 100 requests, and when there are 100 again. */
const left = (count: number, reset = '60s'): Record<string, string> => ({
  'x-ratelimit-limit-requests': '100',
  'x-ratelimit-remaining-requests': String(count),
  'x-ratelimit-reset-requests': reset,
});
const of = (organization: string): Record<string, string> => ({ 'openai-organization': organization });
const isScarce = (process: Process, number: number, at = T): boolean =>
  process.key(number).headroom.isScarce('m', at);

const domains = ({ key }: Process): unknown[] => [0, 1, 2].map((n) => key(n).domain?.name);

void describe('how much is left of a limit', () => {
  void test('is shared once when little is left, and ends by itself', async (t) => {
    const gateway = await Gateway.at(t);
    const [one, two] = [await gateway.process(), await gateway.process()];
    for (let second = 0; second < 59; second++) one.hear(0, left(1), T + second * 1_000);
    await until(() => isScarce(two, 0));
    assert.equal(await gateway.writes(one, two), 1);
    assert.deepEqual([isScarce(two, 0, T + 59_999), isScarce(two, 0, T + 60_000)], [true, false]);
    assert.equal(isScarce(two, 1), false);
    assert.deepEqual(two.key(0).record.decisions, undefined, 'it is no part of the story');
  });

  void test('costs no write where there is enough', async (t) => {
    const gateway = await Gateway.at(t);
    const one = await gateway.process();
    for (let n = 0; n < 1_000; n++) one.hear(n % 3, { ...left(90), ...of(`org-${n % 3}`) }, T + n);
    assert.equal(await gateway.writes(one), 0);
  });

  void test('is shared again where there is enough early, whichever key of the domain and whichever process sees it', async (t) => {
    const gateway = await Gateway.at(t, {
      apiTokens: ['0', '1'].map((key) => ({ key, quotaDomain: 'org' })),
    });
    const [one, two] = [await gateway.process(), await gateway.process()];
    one.hear(0, left(1));
    await until(() => isScarce(two, 1));
    two.hear(1, left(90), T + 1_999);
    assert.equal(isScarce(two, 1, T + 1_999), true, 'what was just shared stands for a moment');
    two.hear(1, left(90), T + 2_000);
    assert.equal(isScarce(two, 1, T + 2_000), false);
    await until(() => !isScarce(one, 0, T + 2_000));
    assert.equal(await gateway.writes(one, two), 2);
  });

  void test('costs one write a second where answers say now this and now that', async (t) => {
    const gateway = await Gateway.at(t);
    const [one, two] = [await gateway.process(), await gateway.process()];
    for (let ms = 0; ms < 20_000; ms += 100) {
      (ms % 300 === 0 ? one : two).hear(0, left(ms % 200 === 0 ? 1 : 90), T + ms);
      await until(() => isDeepStrictEqual(one.key(0).record, two.key(0).record));
    }
    const writes = await gateway.writes(one, two);
    assert.ok(writes <= 21, `${writes} writes in 20 s`);
  });

  void test('stays here where it is over in a moment', async (t) => {
    const gateway = await Gateway.at(t);
    const one = await gateway.process();
    one.hear(0, left(1, '1500ms'));
    assert.deepEqual([isScarce(one, 0, T + 1_499), isScarce(one, 0, T + 1_500)], [true, false]);
    one.hear(1, left(1, '1500ms'));
    one.hear(1, left(90));
    assert.equal(isScarce(one, 1), false);
    assert.equal(await gateway.writes(one), 0);
  });

  void test('stays here where too much is shared already, and is known here all the same', async (t) => {
    const apiTokens = Array.from({ length: 150 }, (_, n) => `sk-${n}`);
    const gateway = await Gateway.at(t, { apiTokens });
    const one = await gateway.process();
    for (const n of apiTokens.keys()) one.hear(n, left(1));
    assert.equal(await gateway.writes(one), 100);
    assert.ok(Array.from(apiTokens.keys()).every((n) => isScarce(one, n)));
    for (const n of apiTokens.keys()) one.hear(n, left(1), T + 1_000);
    assert.equal(await gateway.writes(one), 150, 'a second later the rest is shared');
  });

  void test('is known here while the store is away, and shared when it is back', async (t) => {
    const gateway = await Gateway.at(t);
    const way = new FaultyStore(gateway.store);
    const [one, two] = [await gateway.process(way), await gateway.process()];
    way.trouble = 'away';
    for (let seconds = 0; seconds < 1_200; seconds += 4) {
      one.hear(0, left(1), T + seconds * 1_000);
      one.hear(0, left(90), T + seconds * 1_000 + 2_000);
    }
    one.hear(0, { ...left(1), ...of('org') }, T + 1_200_000);
    assert.equal(isScarce(one, 0, T + 1_200_000), true);
    await until(() => one.book.storeFailed);
    way.trouble = 'none';
    await until(() => isScarce(two, 0, T + 1_200_000) && domains(two)[0] === 'org');
    assert.equal(await gateway.writes(one, two), 1);
  });

  void test('is not shared where failover is off', async (t) => {
    const gateway = await Gateway.at(t, { failover: { enabled: false } });
    const one = await gateway.process();
    one.hear(0, { ...left(1), ...of('org') });
    one.hear(1, { ...left(1), ...of('org') });
    assert.equal(await gateway.writes(one), 0);
  });
});

void describe('whose limits a key shares', () => {
  void test('is shared once two keys are known to have it, and known to who starts later', async (t) => {
    const gateway = await Gateway.at(t);
    const [one, two] = [await gateway.process(), await gateway.process()];
    one.hear(0, of('org'));
    one.hear(2, of('other'));
    assert.equal(await gateway.writes(one), 0, 'a domain of one key makes no difference to anybody');
    for (let n = 0; n < 100; n++) one.hear(n % 2, of('org'));
    assert.equal(await gateway.writes(one), 2);
    await until(() => domains(two)[1] === 'org');
    const three = await gateway.process();
    for (const process of [two, three]) assert.deepEqual(domains(process), ['org', 'org', undefined]);
  });

  void test('is shared of a key that has a record', async (t) => {
    const gateway = await Gateway.at(t);
    const [one, two] = [await gateway.process(), await gateway.process()];
    two.hear(1, of('org'));
    one.book.apply(one.key(0).key, attempt(throttles, T, { domainWide: true, waitMs: 60_000 }), POLICY);
    one.hear(0, of('org'));
    assert.equal(await gateway.writes(one), 1, 'one write tells both');
    await until(() => two.key(1).domain?.heldUntil('m', T) === T + 60_000);
  });

  void test('stays with the key through all that happens to it', async (t) => {
    const gateway = await Gateway.at(t);
    const one = await gateway.process();
    const { key } = one.key(0);
    one.hear(0, of('org'));
    one.hear(1, of('org'));
    one.hear(0, of('org'));
    for (const type of ['disabled', 'enabled'] as const) {
      one.book.apply(key, { type, at: T }, POLICY);
      assert.equal(one.book.record(key).domain, 'org', type);
    }
  });

  void test('is what the configuration says before what answers say', async (t) => {
    const apiTokens = [{ key: 'sk-0', quotaDomain: 'mine' }, 'sk-1'];
    const gateway = await Gateway.at(t, { apiTokens });
    const one = await gateway.process();
    one.hear(1, of('org'));
    for (let n = 0; n < 10; n++) one.hear(0, of('org'));
    assert.equal(one.key(0).domain?.name, 'mine');
    assert.equal(await gateway.writes(one), 0);
  });

  void test('changes at most every ten minutes, however answers contradict each other', async (t) => {
    const gateway = await Gateway.at(t);
    const [one, two] = [await gateway.process(), await gateway.process()];
    for (let n = 0; n < 1_000; n++) one.hear(n % 3, of(`org-${n % 7}`), T + n);
    assert.ok((await gateway.writes(one)) <= 3);
    one.hear(0, of('moved'), T + 600_000);
    one.hear(1, of('moved'), T + 600_001);
    one.hear(0, of('moved'), T + 600_002);
    await until(() => domains(two)[0] === 'moved' && domains(two)[1] === 'moved');
  });
});
