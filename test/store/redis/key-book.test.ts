import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { KeyBook } from '../../../src/keys/book/book.ts';
import type { BookNotice } from '../../../src/keys/book/book-options.ts';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import type { AttemptEnded } from '../../../src/keys/record/event.ts';
import { recordId } from '../../../src/keys/key.ts';
import type { Store } from '../../../src/store/contract.ts';
import { openRedisStore } from '../../../src/store/redis/redis.ts';
import { until } from '../../support/until.ts';
import { contestedKey as key, failure, patientPolicy } from '../contested-key.ts';
import { patient, placeAt, single, withOption } from './deployments.ts';
import type { Deployment } from './deployments.ts';
import type { RedisServer } from './redis-server.ts';
import { read } from '../tools.ts';

/** The key book on a real server, through what may befall that. */

const other = { id: 'other', providerId: 'p' } as const;
const revoked: AttemptEnded = { ...failure, effect: { kind: 'condemns', cause: 'key_dead' } };

interface Node {
  readonly book: KeyBook;
  readonly store: Store;
  readonly notices: readonly BookNotice['kind'][];
}

interface Fixture {
  readonly server: RedisServer;
  readonly node: () => Promise<Node>;
}

async function begin(
  t: TestContext,
  deployment: Deployment,
  url = patient(deployment.url),
): Promise<Fixture> {
  t.after(() => deployment.dispose());
  return {
    server: deployment.servers[0] ?? assert.fail(),
    node: async () => {
      const store = await openRedisStore(placeAt(url));
      const notices: BookNotice['kind'][] = [];
      const book = await KeyBook.open({
        store,
        onNotice: ({ kind }) => notices.push(kind),
        retryMs: 20,
        openTimeoutMs: 50,
      });
      t.after(async () => {
        await book.close();
        await store.close();
      });
      return { book, store, notices };
    },
  };
}

function failuresOf({ book }: Node): number {
  const record = book.record(key);
  return record.state === 'in-service' ? record.failures : Number.NaN;
}

/** In one order of fields, whoever wrote them. */
function view({ book }: Node): string {
  const records = [key, other].map((each) => decodeRecord(encodeRecord(book.record(each))));
  return JSON.stringify(records);
}

function states(nodes: readonly Node[]): Set<string> {
  return new Set(nodes.map(view));
}

void describe('the key book on redis', () => {
  void test('ends with what the nodes know where the server starts again empty', async (t) => {
    const { server, node } = await begin(t, await single());
    const nodes = [await node(), await node(), await node()];
    const [one, two] = nodes;
    assert.ok(one && two);
    one.book.apply(key, revoked, patientPolicy);
    two.book.apply(other, { type: 'disabled', at: 1 }, patientPolicy);
    await until(() =>
      nodes.every(({ book }) => book.record(key).epoch === 1 && book.record(other).epoch === 1),
    );
    await server.kill();
    await until(() => nodes.every(({ book }) => book.storeFailed));
    await server.start();
    await until(() =>
      nodes.every(({ book, notices }) => !book.storeFailed && notices.includes('store-lost-writes')),
    );
    await Promise.all(nodes.map(({ book }) => book.flushed()));
    const next = await node();
    assert.equal(next.book.record(key).state, 'out-of-service');
    assert.equal(next.book.record(other).state, 'disabled');
    assert.equal(states([...nodes, next]).size, 1);
  });

  void test('ends with what the nodes know where the server is set back to an older copy', async (t) => {
    const { server, node } = await begin(t, await single());
    const nodes = [await node(), await node()];
    const [one] = nodes;
    assert.ok(one);
    one.book.apply(key, failure, patientPolicy);
    await one.book.flushed();
    await server.command('SAVE');
    for (let n = 0; n < 4; n++) one.book.apply(key, failure, patientPolicy);
    one.book.apply(other, revoked, patientPolicy);
    await until(() => nodes.every((each) => failuresOf(each) === 5 && each.book.record(other).epoch === 1));
    await server.kill();
    await server.start();
    await until(() => nodes.every(({ notices }) => notices.includes('store-lost-writes')));
    await Promise.all(nodes.map(({ book }) => book.flushed()));
    const next = await node();
    assert.equal(failuresOf(next), 5);
    assert.equal(states([...nodes, next]).size, 1);
  });

  void test('puts nothing back where the server starts again with all it had', async (t) => {
    const { server, node } = await begin(t, await single('--appendonly', 'yes', '--appendfsync', 'always'));
    const one = await node();
    one.book.apply(key, failure, patientPolicy);
    await one.book.flushed();
    const before = await read(one.store, recordId(key));
    await server.kill();
    await server.start();
    await until(() => one.notices.includes('store-lost-writes') && !one.book.storeFailed);
    await one.book.flushed();
    assert.deepEqual(await read(one.store, recordId(key)), before);
  });

  void test('counts what happens while the server is gone, each failure once, on every node', async (t) => {
    const { server, node } = await begin(t, await single('--appendonly', 'yes', '--appendfsync', 'always'));
    const nodes = [await node(), await node()];
    for (const { book } of nodes) book.apply(key, failure, patientPolicy);
    await until(() => nodes.every((each) => failuresOf(each) === 2));
    await server.kill();
    for (const { book } of nodes) {
      for (let n = 0; n < 10; n++) book.apply(key, failure, patientPolicy);
    }
    await until(() => nodes.every(({ book }) => book.storeFailed));
    await server.start();
    await until(() => nodes.every((each) => failuresOf(each) === 22 && !each.book.storeFailed));
    assert.equal(failuresOf(await node()), 22);
  });

  void test('counts once what a frozen server carries out after it was given up', async (t) => {
    const deployment = await single();
    const { server, node } = await begin(t, deployment, withOption(deployment.url, 'storeTimeout=500ms'));
    const one = await node();
    await until(() => !one.book.storeFailed);
    server.freeze();
    t.after(() => server.thaw());
    one.book.apply(key, failure, patientPolicy);
    await until(() => one.book.storeFailed);
    one.book.apply(key, failure, patientPolicy);
    server.thaw();
    await until(() => !one.book.storeFailed);
    await one.book.flushed();
    const two = await node();
    await until(() => !two.book.storeFailed);
    assert.deepEqual([failuresOf(one), failuresOf(two)], [2, 2]);
  });

  void test('begins without the server, and takes over its records when it appears', async (t) => {
    const { server, node } = await begin(t, await single('--appendonly', 'yes', '--appendfsync', 'always'));
    const one = await node();
    one.book.apply(key, revoked, patientPolicy);
    await one.book.flushed();
    await server.kill();
    const two = await node();
    assert.deepEqual(two.notices, ['store-failed', 'opened-without-store']);
    assert.equal(two.book.record(key).state, 'in-service');
    two.book.apply(other, failure, patientPolicy);
    await server.start();
    await until(() => two.book.record(key).state === 'out-of-service' && !two.book.storeFailed);
    await until(() => !one.book.storeFailed && states([one, two]).size === 1);
  });

  void test('reads 100,000 records in bounded pages', async (t) => {
    const { node } = await begin(t, await single());
    const { store } = await node();
    const record = encodeRecord({ state: 'disabled', epoch: 1, since: 1 });
    const records = 100_000;
    const atOnce = 500;
    for (let from = 0; from < records; from += atOnce) {
      const ids = Array.from({ length: atOnce }, (_, n) =>
        recordId({ providerId: 'p', id: `key-${from + n}` }),
      );
      await Promise.all(ids.map((id) => store.compareAndSet(id, 0, record)));
    }
    const began = performance.now();
    const { book } = await node();
    await until(() => book.record({ providerId: 'p', id: `key-${records - 1}` }).state === 'disabled');
    t.diagnostic(`${records} records read in ${Math.round(performance.now() - began)} ms`);
    for (let n = 0; n < records; n += 997) {
      assert.equal(book.record({ providerId: 'p', id: `key-${n}` }).state, 'disabled');
    }
  });
});
