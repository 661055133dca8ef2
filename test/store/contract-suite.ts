import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Cursor, Store } from '../../src/store/contract.ts';
import { limits } from '../../src/store/rules.ts';
import {
  acquired,
  ascending,
  catchUp,
  count,
  idOf,
  listen,
  oddTexts,
  pageSince,
  put,
  read,
  readAll,
  remove,
  withCode,
} from './tools.ts';

/** A fresh, empty store of the backend under test. */
export interface Opened {
  readonly store: Store;
  /** Lets the store's clock go forward by `ms`; a backend with a real clock really waits. */
  readonly passTime: (ms: number) => Promise<void>;
  /** Closes what is open and removes what is left. */
  readonly dispose: () => Promise<void>;
}

export interface OpenedShared extends Opened {
  /** Opens the same state once more, as another process would. `dispose` closes it, too. */
  readonly another: () => Promise<Store>;
}

/** Longer than any machine pauses: a lease of this length does not expire while a test looks at it. */
const LONG_MS = 3_600_000;

/** What every backend promises. */
export function storeContract(kind: string, open: () => Promise<Opened>): void {
  async function opened(t: TestContext): Promise<Opened> {
    const fresh = await open();
    t.after(fresh.dispose);
    return fresh;
  }

  void describe(`${kind} store: values`, () => {
    void test('an id that was never written reads as nothing', async (t) => {
      const { store } = await opened(t);
      assert.equal(await read(store, 'a'), undefined);
      assert.deepEqual(await readAll(store), []);
    });

    void test('a write that expects nothing creates, once', async (t) => {
      const { store } = await opened(t);
      const first = await store.compareAndSet('a', 0, 'one');
      assert.equal(first.written, true);
      assert.ok(first.current.revision > 0);
      assert.deepEqual(await read(store, 'a'), first.current);
      const second = await store.compareAndSet('a', 0, 'two');
      assert.deepEqual(second, { written: false, current: first.current });
      assert.deepEqual(await read(store, 'a'), first.current);
    });

    void test('a write goes through at the revision it expects and at no other', async (t) => {
      const { store } = await opened(t);
      const created = await put(store, 'a', 'one');
      const replaced = await store.compareAndSet('a', created.revision, 'two');
      assert.equal(replaced.written, true);
      assert.ok(replaced.current.revision > created.revision);
      for (const stale of [0, created.revision, replaced.current.revision + 1]) {
        assert.deepEqual(await store.compareAndSet('a', stale, 'three'), {
          written: false,
          current: replaced.current,
        });
      }
      const absent = { id: 'b', value: undefined, revision: 0 };
      assert.deepEqual(await store.compareAndSet('b', 7, 'x'), { written: false, current: absent });
      assert.equal(await read(store, 'b'), undefined);
    });

    void test('writing the same value again is a write', async (t) => {
      const { store } = await opened(t);
      const first = await put(store, 'a', 'same');
      const second = await store.compareAndSet('a', first.revision, 'same');
      assert.ok(second.written && second.current.revision > first.revision);
    });

    void test('revisions grow over all ids', async (t) => {
      const { store } = await opened(t);
      const revisions = [];
      for (const id of ['b', 'a', 'c', 'a']) revisions.push((await put(store, id, 'x')).revision);
      assert.deepEqual(revisions, [...new Set(revisions)].toSorted(ascending));
    });

    void test('a deleted id is gone, and its revisions grow on when it comes back', async (t) => {
      const { store } = await opened(t);
      const created = await put(store, 'a', 'one');
      const deleted = await store.compareAndSet('a', created.revision, undefined);
      assert.ok(deleted.written && deleted.current.revision > created.revision);
      assert.equal(deleted.current.value, undefined);
      assert.equal(await read(store, 'a'), undefined);
      assert.deepEqual(await readAll(store), []);
      assert.equal((await store.compareAndSet('a', created.revision, 'two')).written, false);
      const again = await store.compareAndSet('a', 0, 'two');
      assert.ok(again.written && again.current.revision > deleted.current.revision);
    });

    void test('the revision of a deletion is a right expectation as well', async (t) => {
      const { store } = await opened(t);
      const created = await put(store, 'a', 'one');
      const { current } = await store.compareAndSet('a', created.revision, undefined);
      assert.equal((await store.compareAndSet('a', current.revision, 'two')).written, true);
    });

    void test('deleting what does not exist writes nothing', async (t) => {
      const { store } = await opened(t);
      const never = { id: 'a', value: undefined, revision: 0 };
      assert.deepEqual(await store.compareAndSet('a', 0, undefined), { written: false, current: never });
      const created = await put(store, 'a', 'one');
      const { current } = await store.compareAndSet('a', created.revision, undefined);
      for (const expected of [0, current.revision]) {
        assert.deepEqual(await store.compareAndSet('a', expected, undefined), { written: false, current });
      }
      assert.deepEqual((await catchUp(store)).changes, [current]);
    });

    void test('of many writers with one expectation exactly one writes', async (t) => {
      const { store } = await opened(t);
      const tries = Array.from({ length: 50 }, (_, n) => store.compareAndSet('a', 0, `writer ${n}`));
      const results = await Promise.all(tries);
      const [winner, ...others] = results.filter((result) => result.written);
      assert.ok(winner !== undefined && others.length === 0);
      for (const result of results) assert.deepEqual(result.current, winner.current);
    });

    void test('many loops counting in one value lose no count', async (t) => {
      const { store } = await opened(t);
      await Promise.all(Array.from({ length: 20 }, () => count(store, 'n', 25)));
      assert.equal((await read(store, 'n'))?.value, '500');
    });

    void test('ids and values come back as they went in, whatever their characters', async (t) => {
      const { store } = await opened(t);
      for (const text of oddTexts) {
        const { current } = await store.compareAndSet(text, 0, text);
        assert.deepEqual(await read(store, text), { id: text, value: text, revision: current.revision });
      }
      assert.deepEqual((await readAll(store)).map(idOf).toSorted(), oddTexts.toSorted());
      assert.deepEqual((await catchUp(store)).changes.map(idOf).toSorted(), oddTexts.toSorted());
    });

    void test('a value may be empty, which is not deleted', async (t) => {
      const { store } = await opened(t);
      const { revision } = await put(store, 'a', '');
      assert.deepEqual(await read(store, 'a'), { id: 'a', value: '', revision });
      assert.deepEqual(await readAll(store), [{ id: 'a', value: '', revision }]);
    });

    void test('the largest value is kept whole', async (t) => {
      const { store } = await opened(t);
      const value = 'ß€'.repeat(limits.valueLength / 2);
      await put(store, 'a', value);
      assert.ok((await read(store, 'a'))?.value === value);
    });

    void test('what breaks the contract is refused by name and writes nothing', async (t) => {
      const { store } = await opened(t);
      const long = 'x'.repeat(limits.idLength + 1);
      const calls: (() => Promise<unknown>)[] = [
        () => store.compareAndSet('\ud800', 0, 'x'),
        () => store.compareAndSet(long, 0, 'x'),
        () => store.compareAndSet('', 0, 'x'),
        () => store.compareAndSet('a', 0, 'half a pair: \ud83d'),
        () => store.compareAndSet('a', 0, 'x'.repeat(limits.valueLength + 1)),
        () => store.compareAndSet('a', -1, 'x'),
        () => store.compareAndSet('a', 0.5, 'x'),
        () => store.compareAndSet('a', Number.NaN, 'x'),
        () => store.changesSince('no cursor', 1),
        () => store.changesSince('', 1),
        () => store.changesSince(undefined, 0),
        () => store.changesSince(undefined, limits.pageEntries + 1),
        () => store.acquireLease('', 'h', 1),
        () => store.acquireLease('l', '', 1),
        () => store.acquireLease('l', 'h', 0),
        () => store.acquireLease('l', 'h', Number.NaN),
        () => store.acquireLease('l', 'h', limits.leaseMs + 1),
        () => store.set('', 'x', 1),
        () => store.set('a', '\ud800', 1),
        () => store.set('a', 'x', 0),
        () => store.set('a', 'x', limits.maxTtlMs + 1),
        () => store.get(long),
        () => store.delete(''),
      ];
      for (const call of calls) await assert.rejects(call, withCode('store_bad_argument'));
      assert.deepEqual((await catchUp(store)).changes, []);
    });
  });

  void describe(`${kind} store: changes`, () => {
    void test('come in the order they were made, each id once at its newest', async (t) => {
      const { store } = await opened(t);
      await put(store, 'a', '1');
      const b = await put(store, 'b', '2');
      const middle = await pageSince(store, undefined, 10);
      const a = await put(store, 'a', '3');
      const c = await put(store, 'c', '4');
      const all = await pageSince(store, undefined, 10);
      assert.deepEqual([all.changes, all.complete], [[b, a, c], true]);
      assert.deepEqual((await pageSince(store, middle.cursor, 10)).changes, [a, c]);
      assert.deepEqual(await pageSince(store, all.cursor, 10), { ...all, changes: [] });
    });

    void test('come in order within each group, however many there are', async (t) => {
      const { store } = await opened(t);
      const ids = Array.from({ length: 60 }, (_, n) => `group/${n % 12}/${n}`);
      for (const id of [...ids, ...ids.toReversed()]) await put(store, id, 'x');
      const { changes } = await catchUp(store, undefined, 7);
      assert.equal(changes.length, ids.length);
      for (let group = 0; group < 12; group++) {
        const inGroup = (id: string): boolean => id.startsWith(`group/${group}/`);
        assert.deepEqual(changes.map(idOf).filter(inGroup), ids.toReversed().filter(inGroup));
      }
    });

    void test('include deletions, however late they are read', async (t) => {
      const { store } = await opened(t);
      await put(store, 'a', '1');
      const { cursor } = await catchUp(store);
      const deleted = await remove(store, 'a');
      await put(store, 'b', '2');
      const { changes } = await pageSince(store, cursor, 1);
      assert.deepEqual(changes, [deleted]);
    });

    void test('come in pages that say whether more follows', async (t) => {
      const { store } = await opened(t);
      for (let n = 0; n < 6; n++) await put(store, `k${n}`, 'x');
      const first = await pageSince(store, undefined, 4);
      assert.deepEqual([first.changes.length, first.complete], [4, false]);
      const second = await pageSince(store, first.cursor, 2);
      assert.equal(second.changes.length, 2);
      const last = await pageSince(store, second.cursor, 2);
      assert.deepEqual([last.changes, last.complete], [[], true]);
    });

    void test('of large values come in pages that can be held, and are complete in the end', async (t) => {
      const { store } = await opened(t);
      const value = 'x'.repeat(limits.valueLength);
      for (let n = 0; n < 12; n++) await put(store, `k${n}`, value);
      const { changes } = await catchUp(store, undefined, limits.pageEntries);
      assert.deepEqual(
        changes.map(idOf),
        Array.from({ length: 12 }, (_, n) => `k${n}`),
      );
    });

    void test('lead a follower that pages while others write to the state of the store', async (t) => {
      const { store } = await opened(t);
      const replica = new Map<string, string>();
      let done = false;
      const writing = Promise.all(
        [0, 1, 2].map(async (writer) => {
          for (let n = 0; n < 60; n++) {
            const id = `group ${n % 3}/k${(n * 7 + writer) % 10}`;
            await (n % 6 === 5 ? remove(store, id) : put(store, id, `${writer}:${n}`));
          }
        }),
      ).finally(() => (done = true));
      let cursor: Cursor | undefined;
      for (;;) {
        const lastRound = done;
        const page = await catchUp(store, cursor, 3);
        for (const { id, value } of page.changes) {
          if (value === undefined) replica.delete(id);
          else replica.set(id, value);
        }
        ({ cursor } = page);
        if (lastRound) break;
        await setImmediate();
      }
      await writing;
      const standing = await readAll(store);
      assert.deepEqual(
        Object.fromEntries(replica),
        Object.fromEntries(standing.map(({ id, value }) => [id, value])),
      );
    });
  });

  void describe(`${kind} store: the signal`, () => {
    void test('comes after a write and not within it', async (t) => {
      const { store } = await opened(t);
      const signals = listen(store);
      const writes = [1, 2, 3].map((n) => store.compareAndSet(`k${n}`, 0, 'x'));
      assert.equal(signals.count, 0);
      await Promise.all(writes);
      await signals.next();
      assert.equal((await catchUp(store)).changes.length, 3);
    });

    void test('comes for a deletion', async (t) => {
      const { store } = await opened(t);
      await put(store, 'a', 'x');
      const signals = listen(store);
      await remove(store, 'a');
      await signals.next();
    });

    void test('reaches every listener, and none that has ended', async (t) => {
      const { store } = await opened(t);
      const [ended, first, second] = [listen(store), listen(store), listen(store)];
      ended.end();
      ended.end();
      const response = Promise.all([first.next(), second.next()]);
      await put(store, 'a', 'x');
      await response;
      assert.equal(ended.count, 0);
    });

    void test('reaches one function as often as it subscribed, each ending alone', async (t) => {
      const { store } = await opened(t);
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = store.onChange(resolve);
      store.onChange(resolve);
      end();
      await put(store, 'a', 'x');
      await promise;
    });
  });

  void describe(`${kind} store: the time`, () => {
    void test('goes on, in whole milliseconds', async (t) => {
      const { store, passTime } = await opened(t);
      const first = await store.time();
      assert.ok(Number.isSafeInteger(first) && first >= 1_700_000_000_000, String(first));
      await passTime(20);
      assert.ok((await store.time()) >= first + 19);
    });
  });

  void describe(`${kind} store: leases`, () => {
    void test('of two contenders one gets it', async (t) => {
      const { store } = await opened(t);
      const both = await Promise.all(['a', 'b'].map((holder) => store.acquireLease('l', holder, LONG_MS)));
      assert.equal(both.filter((lease) => lease !== undefined).length, 1);
    });

    void test('the holder extends with its token unchanged', async (t) => {
      const { store } = await opened(t);
      const lease = await acquired(store, 'l', 'a', LONG_MS);
      assert.deepEqual(await store.acquireLease('l', 'a', LONG_MS), lease);
      assert.equal(await store.acquireLease('l', 'b', LONG_MS), undefined);
    });

    void test('extending counts from now, and may shorten', async (t) => {
      const { store, passTime } = await opened(t);
      await acquired(store, 'l', 'a', LONG_MS);
      await acquired(store, 'l', 'a', 20);
      await passTime(30);
      await acquired(store, 'l', 'b', LONG_MS);
    });

    void test('expired, it is free for anybody, under a greater token', async (t) => {
      const { store, passTime } = await opened(t);
      const first = await acquired(store, 'l', 'a', 20);
      await passTime(30);
      const second = await acquired(store, 'l', 'b', 20);
      assert.ok(second.token > first.token);
      await passTime(30);
      const third = await acquired(store, 'l', 'b', LONG_MS);
      assert.ok(third.token > second.token);
    });

    void test('released, it is free at once, under a greater token', async (t) => {
      const { store } = await opened(t);
      const first = await acquired(store, 'l', 'a', LONG_MS);
      await store.releaseLease(first);
      const second = await acquired(store, 'l', 'a', LONG_MS);
      assert.ok(second.token > first.token);
    });

    void test('one that has passed on cannot be released by its old token', async (t) => {
      const { store } = await opened(t);
      const old = await acquired(store, 'l', 'a', LONG_MS);
      await store.releaseLease(old);
      const current = await acquired(store, 'l', 'a', LONG_MS);
      await store.releaseLease(old);
      await store.releaseLease({ ...current, holder: 'b' });
      assert.equal(await store.acquireLease('l', 'b', LONG_MS), undefined);
      assert.deepEqual(await store.acquireLease('l', 'a', LONG_MS), current);
    });

    void test('each name is its own, and none is seen among the values', async (t) => {
      const { store } = await opened(t);
      for (const [n, name] of oddTexts.entries()) {
        assert.equal((await acquired(store, name, `holder ${n}`, LONG_MS)).holder, `holder ${n}`);
      }
      await store.releaseLease({ name: 'nobody took this', holder: 'a', token: 1 });
      assert.deepEqual((await catchUp(store)).changes, []);
    });
  });

  void describe(`${kind} store: the TTL cache`, () => {
    void test("has an entry until its time is over, by the store's clock", async (t) => {
      const { store, passTime } = await opened(t);
      assert.equal(await store.get('a'), undefined);
      await store.set('a', 'short', 20);
      await store.set('b', 'long', LONG_MS);
      await store.set('c', 'longest', limits.maxTtlMs);
      await passTime(30);
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.get('b'), 'long');
      assert.equal(await store.get('c'), 'longest');
    });

    void test('set again, an entry has its newest value and its newest time', async (t) => {
      const { store, passTime } = await opened(t);
      await store.set('a', 'old', 20);
      await store.set('a', 'new', LONG_MS);
      await store.set('b', 'old', LONG_MS);
      await store.set('b', 'new', 20);
      await passTime(30);
      assert.equal(await store.get('a'), 'new');
      assert.equal(await store.get('b'), undefined);
    });

    void test('an entry may become long-lived or short-lived, whichever it was before', async (t) => {
      const { store, passTime } = await opened(t);
      await store.set('a', 'short', 20);
      await store.set('a', 'long-lived', limits.longLivedMs + 1);
      await store.set('b', 'long-lived', limits.longLivedMs + 1);
      await store.set('b', 'short', 20);
      await store.set('c', 'long-lived', limits.longLivedMs + 1);
      await store.delete('c');
      await store.set('d', 'long-lived', limits.longLivedMs + 1);
      await store.set('d', 'short', LONG_MS);
      assert.equal(await store.get('d'), 'short');
      await passTime(30);
      assert.equal(await store.get('a'), 'long-lived');
      assert.equal(await store.get('b'), undefined);
      assert.equal(await store.get('c'), undefined);
    });

    void test('an entry is deleted at once', async (t) => {
      const { store } = await opened(t);
      await store.set('a', 'x', LONG_MS);
      await store.delete('a');
      await store.delete('never was');
      assert.equal(await store.get('a'), undefined);
      await store.set('a', 'y', LONG_MS);
      assert.equal(await store.get('a'), 'y');
    });

    void test('stands apart from values and leases, and is in no change', async (t) => {
      const { store } = await opened(t);
      for (const text of oddTexts) await store.set(text, text, LONG_MS);
      for (const text of oddTexts) assert.equal(await store.get(text), text);
      assert.equal(await read(store, 'plain'), undefined);
      assert.deepEqual(await readAll(store), []);
      assert.deepEqual((await catchUp(store)).changes, []);
      await put(store, 'value', 'x');
      await acquired(store, 'lease', 'holder', LONG_MS);
      assert.equal(await store.get('value'), undefined);
      assert.equal(await store.get('lease'), undefined);
    });
  });

  void describe(`${kind} store: closing`, () => {
    void test('may be done twice, and then every call rejects', async (t) => {
      const { store } = await opened(t);
      await put(store, 'a', 'x');
      const lease = await acquired(store, 'l', 'a', LONG_MS);
      await Promise.all([store.close(), store.close()]);
      await store.close();
      const calls: (() => Promise<unknown>)[] = [
        () => store.compareAndSet('b', 0, 'x'),
        () => store.changesSince(undefined, 1),
        () => store.acquireLease('l', 'a', 1),
        () => store.releaseLease(lease),
        () => store.set('a', 'x', 1),
        () => store.get('a'),
        () => store.delete('a'),
      ];
      for (const call of calls) await assert.rejects(call, withCode('store_closed'));
      assert.throws(() => store.onChange(() => undefined), withCode('store_closed'));
    });

    void test('silences the signal, even one on its way', async (t) => {
      const { store } = await opened(t);
      const signals = listen(store);
      await put(store, 'a', 'x');
      const closing = store.close();
      const response = signals.count;
      await closing;
      await setImmediate();
      await setImmediate();
      assert.equal(signals.count, response);
    });
  });
}

/** What a backend promises whose state several processes share and which lasts when they are gone. */
export function sharedStoreContract(kind: string, open: () => Promise<OpenedShared>): void {
  async function opened(t: TestContext): Promise<OpenedShared> {
    const fresh = await open();
    t.after(fresh.dispose);
    return fresh;
  }

  void describe(`${kind} store: shared`, () => {
    void test('a write through one is read, refused and signalled through another', async (t) => {
      const { store, another } = await opened(t);
      const other = await another();
      const signals = listen(other);
      const written = await put(store, 'a', 'x');
      await signals.next();
      assert.deepEqual(await read(other, 'a'), written);
      assert.deepEqual((await catchUp(other)).changes, [written]);
      assert.equal((await other.compareAndSet('a', 0, 'y')).written, false);
    });

    void test('an entry of the TTL cache set through one is read and deleted through another', async (t) => {
      const { store, another } = await opened(t);
      const other = await another();
      await store.set('a', 'x', LONG_MS);
      assert.equal(await other.get('a'), 'x');
      await other.delete('a');
      assert.equal(await store.get('a'), undefined);
    });

    void test('a lease held through one is held against another', async (t) => {
      const { store, another } = await opened(t);
      const other = await another();
      const lease = await acquired(store, 'l', 'a', LONG_MS);
      assert.equal(await other.acquireLease('l', 'b', LONG_MS), undefined);
      await store.releaseLease(lease);
      assert.ok((await acquired(other, 'l', 'b', LONG_MS)).token > lease.token);
    });

    void test('loops counting through several lose no count', async (t) => {
      const { store, another } = await opened(t);
      const stores = [store, await another(), await another()];
      await Promise.all(stores.map((one) => count(one, 'n', 50)));
      assert.equal((await read(store, 'n'))?.value, '150');
    });

    void test('values, deletions, revisions and lease tokens outlast every process', async (t) => {
      const { store, another } = await opened(t);
      const kept = await put(store, 'a', 'x');
      await put(store, 'b', 'y');
      const deleted = await remove(store, 'b');
      const lease = await acquired(store, 'l', 'a', LONG_MS);
      await store.close();
      const later = await another();
      assert.deepEqual((await catchUp(later)).changes, [kept, deleted]);
      assert.ok((await put(later, 'b', 'z')).revision > deleted.revision);
      assert.equal(await later.acquireLease('l', 'b', LONG_MS), undefined);
      assert.deepEqual(await later.acquireLease('l', 'a', LONG_MS), lease);
      await later.releaseLease(lease);
      assert.ok((await acquired(later, 'l', 'a', LONG_MS)).token > lease.token);
    });
  });
}
