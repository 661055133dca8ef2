import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from '../../support/property.ts';
import { KeyBook } from '../../../src/keys/book/book.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import type { Store } from '../../../src/store/contract.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import { failuresOf, Nodes, places } from '../books.ts';
import { FaultyStore } from '../faulty-store.ts';
import type { Trouble } from '../faulty-store.ts';
import { attempt, counts, makeKey, POLICY, revoked } from '../tools.ts';
import { until } from '../../support/until.ts';

const T = 1_700_000_000_000;
const patient = { ...POLICY, failureThreshold: 1_000 };
const key = makeKey('p', 'sk-of-a-troubled-store');

interface Fixture {
  readonly nodes: Nodes;
  readonly real: Store;
  readonly store: FaultyStore;
}

async function begin(t: TestContext): Promise<Fixture> {
  const nodes = Nodes.at(t, await places.memory());
  const real = await nodes.store();
  return { nodes, real, store: new FaultyStore(real) };
}

void describe('KeyBook while its store fails', () => {
  void it('dates what the operator said meanwhile by the clock of the store, before it is written', async (t) => {
    const { nodes, real, store } = await begin(t);
    const other = await nodes.book(real);
    other.apply(key, { type: 'enabled', at: T - 60_000 }, patient);
    await other.flushed();
    store.trouble = 'away';
    // This machine's clock is an hour behind, which it learns of the store.
    const HOUR = 3_600_000;
    let behindMs = HOUR;
    const clockAt = async (): Promise<void> => {
      if (store.trouble !== 'none' || behindMs === 0) return;
      behindMs = 0;
      await Promise.resolve();
      book.clockSet(HOUR);
    };
    const book = await KeyBook.open({
      store,
      onNotice: () => undefined,
      retryMs: 1,
      openTimeoutMs: 1,
      now: () => T - behindMs,
      learnTime: clockAt,
    });
    t.after(() => book.close());
    book.apply(key, { type: 'disabled', at: T - behindMs }, patient);
    store.trouble = 'none';
    await until(() => !book.storeFailed && book.unwritten === 0);
    await until(() => other.record(key).state === 'disabled');
    assert.deepEqual(other.record(key).operator, { act: 'disabled', at: T });
  });

  for (const trouble of ['away', 'read-only'] satisfies readonly Trouble[]) {
    void it(`goes on counting while the store is ${trouble}, and writes it all when it is back`, async (t) => {
      const { nodes, real, store } = await begin(t);
      const { book, notices } = await nodes.opened(store);
      store.trouble = trouble;
      book.apply(key, attempt(counts, T), patient);
      // Several tries, each of which fails.
      await until(() => store.failures > 3);
      assert.ok(book.storeFailed);
      book.apply(key, attempt(counts, T + 1), patient);
      assert.equal(failuresOf(book, key), 2);
      assert.deepEqual(notices, ['store-failed']);

      store.trouble = 'none';
      await until(() => !book.storeFailed);
      await book.flushed();
      assert.deepEqual(notices, ['store-failed', 'store-back']);
      assert.equal(failuresOf(await nodes.book(real), key), 2);
    });
  }

  void it('adds no load: requests cause no calls while the store is away', async (t) => {
    const { nodes, store } = await begin(t);
    const book = await nodes.book(store);
    store.trouble = 'read-only';
    book.apply(key, attempt(counts, T), patient);
    await until(() => book.storeFailed);
    const before = store.writes;
    for (let n = 0; n < 100; n++) book.apply(makeKey('p', `sk-${n}`), attempt(counts, T), patient);
    assert.equal(store.writes, before);
    store.trouble = 'none';
    await until(() => !book.storeFailed);
  });

  void it('adds what it kept to what other nodes wrote meanwhile', async (t) => {
    const { nodes, real, store } = await begin(t);
    const book = await nodes.book(store);
    const sibling = await nodes.book(real);
    store.trouble = 'away';
    book.apply(key, attempt(counts, T), patient);
    await until(() => book.storeFailed);
    for (let n = 0; n < 5; n++) sibling.apply(key, attempt(counts, T + n), patient);
    await sibling.flushed();
    store.trouble = 'none';
    await until(() => failuresOf(sibling, key) === 6 && failuresOf(book, key) === 6);
  });

  void it('keeps the final state of a key however much happened to it meanwhile', async (t) => {
    const { nodes, real, store } = await begin(t);
    const book = await nodes.book(store);
    store.trouble = 'away';
    // Far more than the events that are kept for one key.
    for (let n = 0; n < 1_000; n++) {
      book.apply(key, attempt(revoked, T + n, { epoch: book.record(key).epoch }), POLICY);
      book.apply(key, { type: n === 999 ? 'disabled' : 'enabled', at: T + n }, POLICY);
    }
    const { epoch } = book.record(key);
    store.trouble = 'none';
    await until(() => !book.storeFailed);
    await book.flushed();
    const { state, epoch: stored } = (await nodes.book(real)).record(key);
    assert.deepEqual([state, stored], ['disabled', epoch]);
  });

  void it('counts a failure once where the store wrote it and did not confirm it', async (t) => {
    const { nodes, real, store } = await begin(t);
    const { book, notices } = await nodes.opened(store);
    store.trouble = 'loses-answers';
    book.apply(key, attempt(counts, T), patient);
    // By the notice: the book has recovered within a millisecond, since reads are answered.
    await until(() => notices.includes('store-failed'));
    store.trouble = 'none';
    await until(() => !book.storeFailed);
    await book.flushed();
    assert.equal(failuresOf(book, key), 1);
    assert.equal(failuresOf(await nodes.book(real), key), 1);
  });

  void it('never counts a failure twice whose write is read before its own result', async (t) => {
    const { nodes, store } = await begin(t);
    const book = await nodes.book(store);
    const shown: KeyRecord['state'][] = [];
    book.subscribe((_, record) => shown.push(record.state));
    const response = Promise.withResolvers<void>();
    store.onChange(() => setImmediate(response.resolve));
    store.beforeAnswer = () => response.promise;
    const strict = { ...POLICY, failureThreshold: 2 };
    book.apply(key, attempt(counts, T), strict);
    await book.flushed();
    assert.ok(
      shown.every((state) => state === 'in-service'),
      shown.join(),
    );
    assert.equal(failuresOf(book, key), 1);
  });

  void it('writes what happens at any moment of a write', async (t) => {
    for (let moment = 0; moment < 30; moment++) {
      const { nodes, real, store } = await begin(t);
      const book = await nodes.book(store);
      book.apply(key, attempt(counts, T), patient);
      for (let turn = 0; turn < moment; turn++) await Promise.resolve();
      book.apply(key, attempt(counts, T + 1), patient);
      await book.flushed();
      assert.equal(failuresOf(await nodes.book(real), key), 2, `after ${moment} turns`);
    }
  });

  void it('writes at the last moment what it kept, where the store is back by then', async (t) => {
    const { nodes, real, store } = await begin(t);
    const book = await KeyBook.open({ store, onNotice: () => {}, retryMs: 1_000_000 });
    store.trouble = 'away';
    book.apply(key, attempt(revoked, T), POLICY);
    await until(() => book.storeFailed);
    store.trouble = 'none';
    await book.close();
    assert.equal((await nodes.book(real)).record(key).state, 'out-of-service');
  });

  void it('can be closed while the store is away', async (t) => {
    const { nodes, store } = await begin(t);
    const { book, notices } = await nodes.opened(store);
    store.trouble = 'away';
    book.apply(key, attempt(revoked, T), POLICY);
    await book.close();
    assert.deepEqual(notices, ['store-failed']);
  });

  void it('does not try for ever where the store refuses every write', async (t) => {
    const { nodes, store } = await begin(t);
    const { book, notices } = await nodes.opened(store);
    store.trouble = 'refuses';
    book.apply(key, attempt(counts, T), patient);
    await until(() => book.storeFailed);
    store.trouble = 'none';
    await until(() => !book.storeFailed);
    assert.deepEqual(notices, ['store-failed', 'store-back']);
  });

  void it('deletes the records of keys that left once the store lets it', async (t) => {
    const { nodes, store } = await begin(t);
    const book = await nodes.book(store);
    book.apply(key, attempt(revoked, T), POLICY);
    await book.flushed();
    store.trouble = 'read-only';
    await book.forget('p', () => false);
    assert.equal(book.record(key), FRESH);
    assert.equal(book.unwritten, 1);
    store.trouble = 'none';
    await until(() => book.unwritten === 0);
    assert.equal((await nodes.book()).record(key), FRESH);
  });

  void it('converges on all nodes, every failure counted, whatever failed on each of them', async () => {
    const troubles = fc.constantFrom<Trouble>('none', 'none', 'away', 'read-only');
    const step = fc.record({ node: fc.nat({ max: 2 }), trouble: troubles, turns: fc.nat({ max: 6 }) });
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const real = openMemoryStore(Date.now);
      const stores = [0, 1, 2].map(() => new FaultyStore(real));
      const books = await Promise.all(
        stores.map((store) => KeyBook.open({ store, onNotice: () => {}, retryMs: 0 })),
      );
      for (const { node, trouble, turns } of steps) {
        Object.assign(stores[node] ?? {}, { trouble });
        books[node]?.apply(key, attempt(counts, T), patient);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      }
      for (const store of stores) store.trouble = 'none';
      await until(() => books.every((book) => failuresOf(book, key) === steps.length));
      await Promise.all(books.map((book) => book.close()));
      const next = await KeyBook.open({ store: real, onNotice: () => {} });
      assert.equal(failuresOf(next, key), steps.length);
      await next.close();
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
