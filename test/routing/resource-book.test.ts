import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { ResourceOwner } from '../../src/routing/resource-owner.ts';
import { ResourceBook } from '../../src/routing/resource-book.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FaultyStore } from '../keys/faulty-store.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const alice: ResourceOwner = { providerId: 'p', keyId: 'alice', quotaDomain: 'org-1', tenant: '' };
const bob: ResourceOwner = { providerId: 'p', keyId: 'bob', quotaDomain: 'bob', tenant: '' };

interface Setup {
  readonly store: FaultyStore;
  readonly node: () => ResourceBook;
  readonly passTime: (ms: number) => void;
  readonly failures: unknown[];
  /** Reads of the store so far. */
  readonly lookups: () => number;
}

/** Nodes over one store, under one clock. */
function setUp(t: TestContext): Setup {
  let now = 1_700_000_000_000;
  let lookups = 0;
  const memory = openMemoryStore(() => now);
  const get = memory.get.bind(memory);
  memory.get = (id) => {
    lookups++;
    return get(id);
  };
  const store = new FaultyStore(memory);
  const failures: unknown[] = [];
  const onStoreFailure = (error: unknown): void => void failures.push(error);
  return {
    store,
    node: () => {
      const book = new ResourceBook({ store, now: () => now, onStoreFailure, retryMs: 1 });
      t.after(() => book.close());
      return book;
    },
    passTime: (ms) => void (now += ms),
    failures,
    lookups: () => lookups,
  };
}

void describe('the owner of a resource', () => {
  void test('is known to every node once one has learned it', async (t) => {
    const { node } = setUp(t);
    node().learn('file-1', alice, DAY);
    assert.deepEqual(await node().find(['file-1'], DAY), { id: 'file-1', owner: alice });
    assert.equal(await node().find(['file-2'], DAY), undefined);
    assert.equal(await node().find([], DAY), undefined);
  });

  void test('is that of the first resource that is known', async (t) => {
    const { node } = setUp(t);
    const one = node();
    one.learn('resp_1', bob, DAY);
    one.learn('file-1', alice, DAY);
    assert.deepEqual(await node().find(['nobody knows', 'resp_1', 'file-1'], DAY), {
      id: 'resp_1',
      owner: bob,
    });
  });

  void test('is looked up in the store once, and then cached', async (t) => {
    const { node, lookups } = setUp(t);
    node().learn('file-1', alice, DAY);
    const other = node();
    for (let n = 0; n < 5; n++) await other.find(['file-1'], DAY);
    assert.equal(lookups(), 1);
  });

  void test('is over its time after the last use, by the clock of the store', async (t) => {
    const { node, passTime } = setUp(t);
    node().learn('file-1', alice, DAY);
    passTime(DAY * 0.7);
    assert.ok(await node().find(['file-1'], DAY), 'used, and renewed');
    passTime(DAY * 0.7);
    assert.ok(await node().find(['file-1'], DAY));
    passTime(DAY);
    assert.equal(await node().find(['file-1'], DAY), undefined);
  });

  void test('is renewed by the node that learned it, too, as long as it is used there', async (t) => {
    const { node, passTime } = setUp(t);
    const one = node();
    one.learn('file-1', alice, DAY);
    for (let n = 0; n < 40; n++) {
      passTime(DAY / 10);
      assert.ok(await one.find(['file-1'], DAY));
    }
    assert.ok(await node().find(['file-1'], DAY));
  });

  void test('is forgotten on every node that has to ask', async (t) => {
    const { node } = setUp(t);
    const one = node();
    one.learn('file-1', alice, DAY);
    one.forget('file-1');
    assert.equal(await one.find(['file-1'], DAY), undefined);
    assert.equal(await node().find(['file-1'], DAY), undefined);
  });

  void test('is not looked up for what no provider would use as an id', async (t) => {
    const { node, lookups } = setUp(t);
    const one = node();
    for (const id of ['', '\ud800', 'a b', 'ä', 'x'.repeat(257)]) {
      one.learn(id, alice, DAY);
      one.forget(id);
      assert.equal(await one.find([id], DAY), undefined);
    }
    assert.equal(lookups(), 0);
  });

  void test('is unknown where the store holds what this version does not understand', async (t) => {
    const { node, store } = setUp(t);
    for (const value of ['', 'p', 'p\nalice', '{"provider":"p"}']) {
      await store.set('made/file-1', value, DAY);
      assert.equal(await node().find(['file-1'], DAY), undefined, value);
    }
  });
});

void describe('while the store is away', () => {
  void test('what this node learned is known here, what it did not is unknown, and the failure is reported once', async (t) => {
    const { node, store, failures } = setUp(t);
    const one = node();
    store.trouble = 'away';
    one.learn('file-1', alice, DAY);
    assert.ok(await one.find(['file-1'], DAY));
    assert.equal(await one.find(['file-2'], DAY), undefined);
    assert.equal(await one.find(['file-3'], DAY), undefined);
    assert.equal(failures.length, 1);
  });

  void test('what was learned and deleted is written when it is back, the newest of each', async (t) => {
    const { node, store } = setUp(t);
    const one = node();
    one.learn('file-0', alice, DAY);
    await until(() => store.failures === 0);
    store.trouble = 'away';
    one.forget('file-0');
    one.learn('file-1', alice, DAY);
    one.learn('file-1', bob, DAY);
    for (let n = 2; n < 50; n++) one.learn(`file-${n}`, alice, DAY);
    await until(() => store.failures > 3);
    store.trouble = 'none';
    const other = node();
    await until(async () => (await other.find(['file-49'], DAY)) !== undefined);
    assert.deepEqual((await other.find(['file-1'], DAY))?.owner, bob);
    await until(async () => (await store.get('made/file-0')) === undefined);
  });

  void test('closing tries once more, and ends though the store stays away', async (t) => {
    const { node, store } = setUp(t);
    const [one, other] = [node(), node()];
    store.trouble = 'away';
    one.learn('file-1', alice, DAY);
    other.learn('file-2', alice, DAY);
    await until(() => store.failures >= 2);
    await other.close();
    store.trouble = 'none';
    await one.close();
    assert.deepEqual((await node().find(['file-1'], DAY))?.owner, alice);
  });
});

/** What a call touches that has to be its client's own. */
function touched(...own: readonly string[]) {
  return { own, mentioned: [] };
}

void describe('the tenant of a resource', () => {
  const ada: ResourceOwner = { ...alice, tenant: 'ada\n% & co' };

  void test('is known to every node, and to no other client', async (t) => {
    const { node } = setUp(t);
    node().learn('file-1', ada, DAY);
    const book = node();
    assert.deepEqual(await book.claim(touched('file-1'), ada.tenant), {
      kind: 'own',
      found: [{ id: 'file-1', owner: ada }],
    });
    for (const tenant of ['bob', ''])
      assert.deepEqual(await book.claim(touched('file-1'), tenant), { kind: 'not-own', id: 'file-1' });
    for (const id of ['file-2', 'no id at all', ''])
      assert.deepEqual(await book.claim(touched('file-1', id), ada.tenant), { kind: 'not-own', id });
  });

  void test('does not matter for what is only mentioned, as long as it is not another’s', async (t) => {
    const { node } = setUp(t);
    const book = node();
    book.learn('file-1', ada, DAY);
    book.learn('file-2', alice, DAY);
    const mentioned = ['a word', 'file-2', 'file-3', 'file-1'];
    const own = await book.claim({ own: [], mentioned }, ada.tenant);
    assert.deepEqual(own, { kind: 'own', found: [{ id: 'file-1', owner: ada }] });
    const others = await book.claim({ own: [], mentioned }, 'bob');
    assert.deepEqual(others, { kind: 'not-own', id: 'file-1' });
  });

  void test('keeps its first TTL, though it is looked up with a shorter one', async (t) => {
    const { node, passTime } = setUp(t);
    node().learn('file-1', ada, 300 * DAY);
    passTime(200 * DAY);
    assert.ok(await node().find(['file-1'], DAY));
    passTime(200 * DAY);
    assert.equal((await node().claim(touched('file-1'), ada.tenant)).kind, 'own');
  });

  void test('is not renewed by others’ requests', async (t) => {
    const { node, passTime } = setUp(t);
    node().learn('file-1', ada, 2 * DAY);
    for (let n = 0; n < 3; n++) {
      assert.equal((await node().claim(touched('file-1'), 'bob')).kind, 'not-own');
      passTime(DAY);
    }
    assert.equal((await node().claim(touched('file-1'), ada.tenant)).kind, 'not-own');
  });

  void test('is unknown while the store is away, but to the process that has seen it', async (t) => {
    const { node, store } = setUp(t);
    const book = node();
    book.learn('file-1', ada, DAY);
    store.trouble = 'away';
    assert.equal((await book.claim(touched('file-1'), ada.tenant)).kind, 'own');
    assert.deepEqual(await node().claim(touched('file-1'), ada.tenant), { kind: 'unknown', id: 'file-1' });
    assert.deepEqual(await book.claim(touched('file-2'), 'bob'), { kind: 'unknown', id: 'file-2' });
  });

  void test('is looked up for many at once, in batches', async (t) => {
    const { node, lookups } = setUp(t);
    const book = node();
    const ids = Array.from({ length: 1_000 }, (_, n) => `file-${n}`);
    for (const id of ids) book.learn(id, ada, DAY);
    const other = node();
    const claim = await other.claim({ own: ids, mentioned: ids }, ada.tenant);
    assert.ok(claim.kind === 'own' && claim.found.length === 2_000);
    assert.equal(lookups(), 1_000);
  });
});
