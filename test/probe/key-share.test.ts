import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Recorder } from '../../src/failover/recorder.ts';
import { KeyBook } from '../../src/keys/book/book.ts';
import { keyId } from '../../src/keys/key.ts';
import { Secret } from '../../src/base/secret.ts';
import { Prober } from '../../src/probe/prober.ts';
import type { Store } from '../../src/store/contract.ts';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite.ts';
import { providerAt } from '../failover/attempts.ts';
import { attempt, revoked } from '../keys/tools.ts';
import { placeAt } from '../store/redis/deployments.ts';
import { RedisServer } from '../store/redis/redis-server.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const secretOf = (name: string): string => `sk-${name}-0123456789abcdef`;
const idOf = (name: string): string => keyId('p', new Secret(secretOf(name)));
const REFUSES = rawAnswer(
  '401 Unauthorized',
  ['content-type: application/json'],
  '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}',
);
/** How long a check is under way, so that two of one key can be seen side by side. Milliseconds. */
const CHECK_MS = 20;
const INTERVAL_MS = 60;

/** Who checked what, as the provider and the nodes tell it. */
interface Fixture {
  /** A node that knows these keys alone. */
  node(name: string, keys: readonly string[]): Promise<{ readonly prober: Prober; stop(): Promise<void> }>;
  /** Checks that came to an end, by key: the nodes that did them, in order. */
  readonly checkedBy: ReadonlyMap<string, readonly string[]>;
  /** Checks of one key that were under way at once. */
  readonly overlaps: readonly string[];
  stop(): Promise<void>;
}

async function begin(context: TestContext, open: () => Promise<Store>): Promise<Fixture> {
  const underWay = new Map<string, Socket>();
  const overlaps: string[] = [];
  const finish = (key: string, socket: Socket): void => {
    if (underWay.get(key) === socket) underWay.delete(key);
  };
  const upstream = await rawUpstream(
    context,
    async ({ request, socket, write }) => {
      const key = String(request.header('authorization'));
      // What a credential that nobody has is refused with: see strangers.ts.
      if (underWay.has(key)) overlaps.push(key);
      underWay.set(key, socket);
      await delay(CHECK_MS);
      finish(key, socket);
      await write(REFUSES);
    },
    {
      // A node that is stopped gives its checks up, and another may begin them anew at once. `close` comes too late:
      // after whatever else arrived together with the end.
      onConnection: (socket) => {
        const gaveUp = (): void => {
          for (const key of underWay.keys()) finish(key, socket);
        };
        socket.once('end', gaveUp);
        socket.once('error', gaveUp);
      },
    },
  );
  const checkedBy = new Map<string, string[]>();
  const running = new Set<() => Promise<void>>();
  return {
    stop: async () => {
      for (const stop of running) await stop();
    },
    checkedBy,
    overlaps,
    node: async (name, keys) => {
      const store = await open();
      const book = await KeyBook.open({ store, onNotice: () => {} });
      const failover = {
        enabled: true,
        failureThreshold: 1,
        healthCheckModel: 'check',
        healthCheckInterval: INTERVAL_MS,
        healthCheckMaxInterval: INTERVAL_MS,
        healthCheckTimeout: 500,
      };
      const provider = providerAt(
        context,
        upstream.origin,
        { apiTokens: keys.map(secretOf), failover },
        book,
      );
      const tools = { recorder: new Recorder(book, () => {}), node: name, now: Date.now, random: () => 0.5 };
      for (const { key, record } of provider.pool.all())
        if (record.state === 'in-service')
          book.apply(key, attempt(revoked, Date.now(), { check: false }), provider.keyPolicy);
      await book.flushed();
      const prober = new Prober({
        store,
        tools,
        holder: name,
        onCheck: (_, id) => {
          const nodes = checkedBy.get(id) ?? [];
          checkedBy.set(id, nodes);
          nodes.push(name);
        },
        onBudgetSpent: () => {},
        onDefect: (error) => assert.fail(String(error)),
        onStoreFailure: (error) => assert.fail(String(error)),
      });
      await prober.watch([provider]);
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> =>
        (stopped ??= (async () => {
          await prober.stop();
          await book.close();
          await store.close();
        })());
      running.add(stop);
      return { prober, stop };
    },
  };
}

const STORES: Readonly<Record<string, (context: TestContext) => Promise<() => Promise<Store>>>> = {
  sqlite: async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'sparekey-share-'));
    context.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    return () => openSqliteStore({ path: join(folder, 'state.db') });
  },
  redis: async (context) => {
    const server = await RedisServer.start();
    context.after(() => server.dispose());
    return () => openRedisStore(placeAt(`redis://127.0.0.1:${server.port}/0`));
  },
};

const CHECKS = 4;

for (const [kind, opener] of Object.entries(STORES)) {
  void suite(`nodes with different lists of keys on one ${kind}`, () => {
    void test('each key is checked by one of those that know it, and by another when that one stops', async (context) => {
      const fixture = await begin(context, await opener(context));
      const { checkedBy } = fixture;
      try {
        const since = new Map<string, number>();
        const newOf = (key: string): readonly string[] =>
          (checkedBy.get(idOf(key)) ?? []).slice(since.get(key) ?? 0);
        const mark = (): void => {
          for (const key of ['a', 'b', 'c', 'd']) since.set(key, checkedBy.get(idOf(key))?.length ?? 0);
        };
        const allChecked = (keys: readonly string[]): Promise<void> =>
          until(() => keys.every((key) => newOf(key).length >= CHECKS));

        const old = await fixture.node('old', ['a', 'b']);
        await allChecked(['a', 'b']);
        const same = await fixture.node('same', ['a', 'b']);
        const newer = await fixture.node('newer', ['b', 'c']);
        // It has to ask for the list of the first.
        await until(() => newer.prober.probingRest.length === 1);
        const newest = await fixture.node('newest', ['c', 'd']);
        await allChecked(['c', 'd']);
        mark();
        await allChecked(['a', 'b', 'c', 'd']);
        assert.deepEqual(
          ['a', 'b', 'c', 'd'].map((key) => [key, ...new Set(newOf(key))]),
          [
            ['a', 'old'],
            ['b', 'old'],
            ['c', 'newer'],
            ['d', 'newest'],
          ],
          'one node a key, and the one that knew it first',
        );
        assert.deepEqual(
          [old, same, newer, newest].map(({ prober }) => [prober.probing.length, prober.probingRest.length]),
          [
            [1, 0],
            [0, 0],
            [0, 1],
            [0, 1],
          ],
        );

        await old.stop();
        mark();
        await allChecked(['a', 'b', 'c', 'd']);
        assert.deepEqual(new Set(newOf('a')), new Set(['same']));
        await newest.stop();
        mark();
        await allChecked(['a', 'b', 'c']);
        assert.deepEqual(newOf('d'), [], 'nobody is left that knows it');
        assert.deepEqual(fixture.overlaps, []);
      } finally {
        await fixture.stop();
      }
    });
  });
}
