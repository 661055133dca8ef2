import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyBook } from '../../../src/keys/book/book.ts';
import { encodeRecord } from '../../../src/keys/book/codec.ts';
import { recordId } from '../../../src/keys/key.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import { failuresOf, Nodes, places, writesTo } from '../books.ts';
import { attempt, counts, makeKey, none, POLICY, revoked, succeeds } from '../tools.ts';
import { until } from '../../support/until.ts';
import { read } from '../../store/tools.ts';

const T = 1_700_000_000_000;
const patient = { ...POLICY, failureThreshold: 1_000 };
const key = makeKey('p', 'sk-one-of-the-first-pool');
const other = makeKey('p', 'sk-another-of-the-first-pool');

for (const [backend, place] of Object.entries(places)) {
  void describe(`KeyBook on the ${backend} store`, () => {
    void it('knows a key of which nothing was recorded', async (t) => {
      const nodes = Nodes.at(t, await place());
      assert.equal((await nodes.book()).record(key), FRESH);
    });

    void it('counts at once, and has it in the store once flushed', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const book = await nodes.book(store);
      book.apply(key, attempt(revoked, T), POLICY);
      assert.equal(book.record(key).state, 'out-of-service');
      await book.flushed();
      const sibling = await nodes.book();
      assert.deepEqual(sibling.record(key), book.record(key));
    });

    void it('shows on every node what happened on one', async (t) => {
      const nodes = Nodes.at(t, await place());
      const books: KeyBook[] = [];
      for (let n = 0; n < 3; n++) books.push(await nodes.book());
      const [first, ...siblings] = books;
      const response = siblings.map((book) => {
        const ids: string[] = [];
        book.subscribe((id) => ids.push(id));
        return ids;
      });
      first?.apply(key, attempt(revoked, T), POLICY);
      await until(() => books.every((book) => book.record(key).state === 'out-of-service'));
      for (const ids of response) assert.deepEqual(ids, [key.id]);
      siblings[0]?.apply(key, { type: 'enabled', at: T + 1 }, POLICY);
      await until(() => books.every((book) => book.record(key).epoch === 2));
      assert.equal(new Set(books.map((book) => encodeRecord(book.record(key)))).size, 1);
    });

    void it('counts 64 concurrent failures of one key on 4 nodes exactly', async (t) => {
      const nodes = Nodes.at(t, await place());
      const books: KeyBook[] = [];
      for (let n = 0; n < 4; n++) books.push(await nodes.book());
      const failures = Array.from({ length: 64 }, async (_, n) => {
        // Some at the same moment, some while earlier ones are being written.
        for (let turn = 0; turn < n % 7; turn++) await Promise.resolve();
        books[n % 4]?.apply(key, attempt(counts, T + n), patient);
      });
      await Promise.all(failures);
      await Promise.all(books.map((book) => book.flushed()));
      await until(() => books.every((book) => failuresOf(book, key) === 64));
      assert.equal(failuresOf(await nodes.book(), key), 64);
    });

    void it('is out at the threshold where the failures were of several nodes', async (t) => {
      const nodes = Nodes.at(t, await place());
      const books = [await nodes.book(), await nodes.book()];
      for (const [n, book] of [...books, ...books].slice(0, 3).entries()) {
        book.apply(key, attempt(counts, T + n), POLICY);
        await book.flushed();
      }
      await until(() => books.every((book) => failuresOf(book, key) === 'out-of-service'));
    });

    void it('ends the row of failures by a success on another node that knows of them', async (t) => {
      const nodes = Nodes.at(t, await place());
      const one = await nodes.book();
      const two = await nodes.book();
      one.apply(key, attempt(counts, T), POLICY);
      one.apply(key, attempt(counts, T), POLICY);
      await until(() => failuresOf(two, key) === 2);
      two.apply(key, attempt(succeeds, T + 1), POLICY);
      await until(() => failuresOf(one, key) === 0);
      one.apply(key, attempt(counts, T + 2), POLICY);
      assert.equal(failuresOf(one, key), 1);
    });

    void it('does not touch the store for what changes nothing', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const book = await nodes.book(store);
      for (let n = 0; n < 100; n++) {
        book.apply(key, attempt(succeeds, T + n), POLICY);
        book.apply(key, attempt(none, T + n), POLICY);
        book.apply(key, { type: 'lifted', at: T + n }, POLICY);
      }
      await book.flushed();
      assert.equal(await writesTo(store), 0);
    });

    void it('writes in one go what happens in one moment', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const book = await nodes.book(store);
      for (let n = 0; n < 50; n++) book.apply(key, attempt(counts, T + n), patient);
      await book.flushed();
      assert.equal(await writesTo(store), 1);
    });

    void it('has written everything when it is closed', async (t) => {
      const nodes = Nodes.at(t, await place());
      const book = await nodes.book();
      book.apply(key, attempt(revoked, T), POLICY);
      book.apply(other, { type: 'disabled', at: T }, POLICY);
      await book.close();
      const next = await nodes.book();
      assert.equal(next.record(key).state, 'out-of-service');
      assert.equal(next.record(other).state, 'disabled');
    });

    void it('deletes the records of keys that left, and no others', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const book = await nodes.book(store);
      // It has a newer configuration.
      const { book: sibling } = await nodes.opened(undefined, (id) => id !== key.id);
      // Its provider's name begins like that of the others.
      const neighbour = makeKey('p/2', 'sk-of-the-neighbour');
      for (const each of [key, other, neighbour]) book.apply(each, attempt(revoked, T), POLICY);
      await book.flushed();
      await book.forget('p', (id) => id === other.id);
      assert.equal(await read(store, recordId(key)), undefined);
      assert.equal(book.record(key), FRESH);
      for (const each of [other, neighbour]) {
        assert.equal(book.record(each).state, 'out-of-service');
        assert.ok(await read(store, recordId(each)));
      }
      await until(() => sibling.record(key) === FRESH);
    });

    void it('keeps the record of a key for as long as one node has it, and then deletes it', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const configured = [new Set([key.id]), new Set([key.id])] as const;
      const [{ book }, { book: sibling }] = await Promise.all([
        nodes.opened(store, (id) => configured[0].has(id)),
        nodes.opened(undefined, (id) => configured[1].has(id)),
      ]);
      sibling.apply(key, { type: 'disabled', at: T }, POLICY);
      await until(() => book.record(key).state === 'disabled');
      configured[0].clear();
      await book.forget('p', () => false);
      await until(() => book.record(key).state === 'disabled');
      assert.equal(sibling.record(key).state, 'disabled');
      // What began before it left counts no more.
      book.apply(key, { type: 'enabled', at: T + 1 }, POLICY);
      configured[1].clear();
      await sibling.forget('p', () => false);
      assert.equal(await read(store, recordId(key)), undefined);
      await until(() => book.record(key) === FRESH);
    });

    void it('deletes the record of a key that left while it is being written', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      const book = await nodes.book(store);
      let siblingHasIt = true;
      const { book: sibling } = await nodes.opened(undefined, () => siblingHasIt);
      book.apply(key, attempt(counts, T), patient);
      await book.flushed();
      await until(() => failuresOf(sibling, key) === 1);
      sibling.apply(key, attempt(counts, T), patient);
      book.apply(key, attempt(counts, T), patient);
      siblingHasIt = false;
      const forgotten = book.forget('p', () => false);
      await Promise.all([forgotten, sibling.flushed()]);
      assert.equal(failuresOf(book, key), 0);
      assert.equal(await read(store, recordId(key)), undefined);
    });

    void it('begins anew with a key that comes back after its record was deleted', async (t) => {
      const nodes = Nodes.at(t, await place());
      const book = await nodes.book();
      book.apply(key, attempt(revoked, T), POLICY);
      await book.flushed();
      await book.forget('p', () => false);
      book.apply(key, attempt(counts, T + 1), POLICY);
      await book.flushed();
      assert.equal(failuresOf(await nodes.book(), key), 1);
    });

    void it('reports a record that cannot be read, and counts the key as new', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      await store.compareAndSet(recordId(key), 0, '{"state":"asleep"}');
      const { book, notices } = await nodes.opened(store);
      assert.deepEqual(notices, ['unreadable-record']);
      assert.equal(book.record(key), FRESH);
      book.apply(key, attempt(revoked, T), POLICY);
      await book.flushed();
      assert.equal((await nodes.book()).record(key).state, 'out-of-service');
    });

    void it('passes over what others keep in the same store', async (t) => {
      const nodes = Nodes.at(t, await place());
      const store = await nodes.store();
      await store.compareAndSet('something/else', 0, 'not a record');
      const { notices } = await nodes.opened(store);
      assert.deepEqual(notices, []);
    });
  });
}
