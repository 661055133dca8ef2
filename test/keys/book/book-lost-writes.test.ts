import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from '../../support/property.ts';
import { KeyBook } from '../../../src/keys/book/book.ts';
import type { BookNotice } from '../../../src/keys/book/book-options.ts';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import { recordId } from '../../../src/keys/key.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { Store } from '../../../src/store/contract.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import { failuresOf, Nodes, places } from '../books.ts';
import { read } from '../../store/tools.ts';
import { FaultyStore } from '../faulty-store.ts';
import { attempt, counts, makeKey, POLICY, revoked, succeeds } from '../tools.ts';
import { until } from '../../support/until.ts';

const T = 1_700_000_000_000;
const patient = { ...POLICY, failureThreshold: 1_000 };
const key = makeKey('p', 'sk-that-the-store-forgets');
const other = makeKey('p', 'sk-that-it-forgets-as-well');

interface Node {
  readonly book: KeyBook;
  readonly store: FaultyStore;
  readonly notices: readonly BookNotice['kind'][];
}

/** Nodes on one state, each of which can be cut off from it, or given another one in its place. */
async function nodesOn(
  t: TestContext,
  count: number,
  isConfigured?: (keyId: string) => boolean,
): Promise<{ all: readonly Node[]; nodes: Nodes }> {
  const nodes = Nodes.at(t, await places.memory());
  const real = await nodes.store();
  const all: Node[] = [];
  for (let n = 0; n < count; n++) {
    const store = new FaultyStore(real);
    all.push({ ...(await nodes.opened(store, isConfigured)), store });
  }
  return { all, nodes };
}

interface Standing {
  readonly value: string;
  readonly revision: number;
}

/**
 * What is there after a store lost its newest writes: the record as it stood some time ago, or none. Revisions
 * up to `given` were given out before, and are not given out again.
 */
async function storeWith(standing: Standing | undefined, given: number): Promise<Store> {
  const store = openMemoryStore(Date.now);
  for (let revision = 1; revision <= given; revision++) {
    if (revision === standing?.revision) await store.compareAndSet(recordId(key), 0, standing.value);
    else await store.compareAndSet(`filler/${revision}`, 0, '');
  }
  return store;
}

function replaceAll(nodes: readonly Node[], store: Store): void {
  for (const node of nodes) node.store.replaceBy(store);
}

function inService(epoch: number, failures: number): string {
  return encodeRecord({ ...FRESH, epoch, failures });
}

function stateOf({ book }: Pick<Node, 'book'>): string {
  return reported(encodeRecord(book.record(key)));
}

/** In one order of fields, whoever wrote it. */
function reported(text: string): string {
  return encodeRecord(decodeRecord(text) ?? assert.fail(text));
}

void describe('KeyBook on a store that lost writes', () => {
  void it('puts back what it knows into a store that begins anew', async (t) => {
    const { all, nodes } = await nodesOn(t, 2);
    const [one, two] = all;
    assert.ok(one && two);
    one.book.apply(key, attempt(revoked, T), POLICY);
    two.book.apply(other, attempt(counts, T), patient);
    await until(() => two.book.record(key).state === 'out-of-service' && failuresOf(one.book, other) === 1);
    const empty = await storeWith(undefined, 100);
    replaceAll(all, empty);
    await until(() => all.every(({ notices }) => notices.includes('store-lost-writes')));
    await Promise.all(all.map(({ book }) => book.flushed()));
    const next = await nodes.book(empty);
    assert.deepEqual(next.record(key), one.book.record(key));
    assert.equal(failuresOf(next, other), 1);
    assert.ok(all.every(({ notices }) => !notices.includes('store-failed')));
  });

  void it('puts back what is newer than in an older copy, and goes on counting from there', async (t) => {
    const { all, nodes } = await nodesOn(t, 2);
    const [one, two] = all;
    assert.ok(one && two);
    const older = await storeWith({ value: inService(0, 1), revision: 1 }, 100);
    for (let n = 0; n < 5; n++) {
      one.book.apply(key, attempt(counts, T + n), patient);
      await one.book.flushed();
    }
    await until(() => failuresOf(two.book, key) === 5);
    replaceAll(all, older);
    one.book.apply(key, attempt(counts, T + 10), patient);
    await until(() => all.every(({ book }) => failuresOf(book, key) === 6));
    await until(() => all.every(({ notices }) => notices.includes('store-lost-writes')));
    await Promise.all(all.map(({ book }) => book.flushed()));
    assert.equal(failuresOf(await nodes.book(older), key), 6);
  });

  void it('takes over what was written to the store without it', async (t) => {
    const { all } = await nodesOn(t, 1);
    const [one] = all;
    assert.ok(one);
    for (let n = 0; n < 5; n++) {
      one.book.apply(key, attempt(counts, T + n), patient);
      await one.book.flushed();
    }
    const elsewhere = await storeWith(
      { value: '{"state":"disabled","epoch":1,"since":1}', revision: 1 },
      100,
    );
    replaceAll(all, elsewhere);
    await until(() => one.book.record(key).state === 'disabled');
    assert.ok((await read(elsewhere, recordId(key)))?.value.includes('disabled'));
  });

  void it('learns from a refused write, too', async (t) => {
    const { all } = await nodesOn(t, 1);
    const [one] = all;
    assert.ok(one);
    for (let n = 0; n < 5; n++) {
      one.book.apply(key, attempt(counts, T + n), patient);
      await one.book.flushed();
    }
    const older = await storeWith({ value: inService(0, 2), revision: 1 }, 100);
    one.store.replaceBy(older);
    // At once, before any signal.
    one.book.apply(key, attempt(counts, T + 10), patient);
    await one.book.flushed();
    assert.equal(failuresOf(one.book, key), 6);
    assert.match((await read(older, recordId(key)))?.value ?? '', /"failures":6/);
  });

  void it('lets the newest of several memories win, whoever is first to put his back', async (t) => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const { all, nodes } = await nodesOn(t, 3);
      const [one, two, three] = all;
      assert.ok(one && two && three);
      one.book.apply(key, { type: 'disabled', at: T }, POLICY);
      await until(() => all.every(({ book }) => book.record(key).state === 'disabled'));
      // Each of the others misses more of what follows.
      three.store.trouble = 'away';
      one.book.apply(key, { type: 'enabled', at: T + 1 }, POLICY);
      await until(() => two.book.record(key).state === 'in-service');
      two.store.trouble = 'away';
      one.book.apply(key, attempt(revoked, T + 2, { epoch: 2 }), POLICY);
      await one.book.flushed();
      const newest = stateOf(one);
      const empty = await storeWith(undefined, 100);
      for (const node of order.map((n) => all[n])) {
        assert.ok(node);
        node.store.trouble = 'none';
        node.store.replaceBy(empty);
        await until(() => node.notices.includes('store-lost-writes'));
        await node.book.flushed();
      }
      await until(() => all.every((node) => stateOf(node) === newest));
      assert.equal(stateOf({ book: await nodes.book(empty) }), newest);
    }
  });

  void it('accepts the deletion of a key that it does not have', async (t) => {
    let isConfigured = true;
    const { all } = await nodesOn(t, 2, () => isConfigured);
    const [one, two] = all;
    assert.ok(one && two);
    one.book.apply(key, attempt(revoked, T), POLICY);
    await until(() => two.book.record(key).state === 'out-of-service');
    const copy = await storeWith({ value: encodeRecord(one.book.record(key)), revision: 1 }, 100);
    await copy.compareAndSet(recordId(key), 1, undefined);
    isConfigured = false;
    two.store.replaceBy(copy);
    await until(() => two.notices.includes('store-lost-writes'));
    await two.book.flushed();
    assert.equal(two.book.record(key).epoch, 0);
    assert.equal(await read(copy, recordId(key)), undefined);
  });

  void it('does not accept an older epoch that another node has written again', async (t) => {
    const { all } = await nodesOn(t, 1);
    const [one] = all;
    assert.ok(one);
    one.book.apply(key, attempt(revoked, T), POLICY);
    await one.book.flushed();
    // Its revision is greater than any that the book knows.
    const begun = await storeWith({ value: inService(0, 9), revision: 90 }, 100);
    one.store.replaceBy(begun);
    await until(() => one.notices.includes('store-lost-writes'));
    await one.book.flushed();
    assert.equal(one.book.record(key).state, 'out-of-service');
    assert.match((await read(begun, recordId(key)))?.value ?? '', /out-of-service/);
  });

  void it('converges on the newest epoch any node ever wrote, whatever was lost and whoever was away', async () => {
    const step = fc.record({
      node: fc.nat({ max: 2 }),
      what: fc.constantFrom(
        'count',
        'succeed',
        'revoke',
        'enable',
        'disable',
        'leave',
        'return',
        'lose',
        'set back',
      ),
    });
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      let real: Store = openMemoryStore(Date.now);
      const all = await Promise.all(
        [0, 1, 2].map(async () => {
          const store = new FaultyStore(real);
          return { store, book: await KeyBook.open({ store, onNotice: () => {}, retryMs: 0 }) };
        }),
      );
      let newest = 0;
      let given = 0;
      const past: Standing[] = [];
      for (const [n, { node, what }] of steps.entries()) {
        const { book, store } = all[node] ?? assert.fail();
        const { epoch } = book.record(key);
        if (what === 'count') book.apply(key, attempt(counts, T + n, { epoch }), POLICY);
        if (what === 'succeed') book.apply(key, attempt(succeeds, T + n, { epoch }), POLICY);
        if (what === 'revoke') book.apply(key, attempt(revoked, T + n, { epoch }), POLICY);
        if (what === 'enable') book.apply(key, { type: 'enabled', at: T + n }, POLICY);
        if (what === 'disable') book.apply(key, { type: 'disabled', at: T + n }, POLICY);
        if (what === 'leave') store.trouble = 'away';
        if (what === 'return') store.trouble = 'none';
        if (what === 'lose' || what === 'set back') {
          real = await storeWith(what === 'lose' ? undefined : past[0], given);
          for (const each of all) each.store.replaceBy(real);
        }
        await book.flushed();
        const standing = await read(real, recordId(key));
        if (standing !== undefined) past.push(standing);
        if (past.length > 3) past.shift();
        given = Math.max(given, standing?.revision ?? 0) + 1;
        if (store.trouble === 'none' && !book.storeFailed) newest = Math.max(newest, book.record(key).epoch);
      }
      for (const { store } of all) store.trouble = 'none';
      await until(() => all.every(({ book }) => !book.storeFailed));
      const states = (): Set<string> => new Set(all.map(stateOf));
      const stored = async (): Promise<string> =>
        reported((await read(real, recordId(key)))?.value ?? encodeRecord(FRESH));
      await until(async () => states().size === 1 && states().has(await stored()));
      await Promise.all(all.map(({ book }) => book.close()));
      const next = await KeyBook.open({ store: real, onNotice: () => {} });
      assert.ok(next.record(key).epoch >= newest, `epoch ${next.record(key).epoch} after ${newest}`);
      await next.close();
      await real.close();
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

void describe('KeyBook opened without its store', () => {
  void it('waits, says so, counts every key as in service, and takes over the records when they appear', async (t) => {
    const { all, nodes } = await nodesOn(t, 1);
    const [one] = all;
    assert.ok(one);
    one.book.apply(key, attempt(revoked, T), POLICY);
    await one.book.flushed();
    const store = new FaultyStore(await nodes.store());
    store.trouble = 'away';
    const notices: BookNotice['kind'][] = [];
    const book = await KeyBook.open({
      store,
      onNotice: ({ kind }) => notices.push(kind),
      retryMs: 1,
      openTimeoutMs: 20,
    });
    t.after(() => book.close());
    assert.deepEqual(notices, ['store-failed', 'opened-without-store']);
    assert.ok(book.storeFailed);
    assert.equal(book.record(key).state, 'in-service');
    book.apply(other, attempt(counts, T), patient);
    store.trouble = 'none';
    await until(() => book.record(key).state === 'out-of-service' && failuresOf(one.book, other) === 1);
    await until(() => !book.storeFailed);
    assert.deepEqual(notices.slice(2), ['store-back']);
  });

  void it('does not wait longer than the store needs', async (t) => {
    const { nodes } = await nodesOn(t, 1);
    const store = new FaultyStore(await nodes.store());
    store.trouble = 'away';
    const opened = KeyBook.open({ store, onNotice: () => {}, retryMs: 1, openTimeoutMs: 1_000_000 });
    await until(() => store.failures > 2);
    store.trouble = 'none';
    const book = await opened;
    t.after(() => book.close());
    assert.equal(book.record(key).state, 'in-service');
  });
});
