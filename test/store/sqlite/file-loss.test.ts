import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { KeyBook } from '../../../src/keys/book/book.ts';
import type { BookNotice } from '../../../src/keys/book/book-options.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import type { Store } from '../../../src/store/contract.ts';
import { POLICY as policy } from '../../keys/tools.ts';
import { withCode, read } from '../tools.ts';
import { until } from '../../support/until.ts';

const KEY = { id: 'k1', providerId: 'p' };
const OTHER = { id: 'k2', providerId: 'p' };

/** One process's view: a store and a book of its own. */
interface View {
  readonly store: Store;
  readonly book: KeyBook;
  readonly notices: readonly BookNotice[];
}

interface Fixture {
  readonly folder: string;
  readonly path: string;
  readonly views: readonly [View, View];
  readonly open: () => Promise<View>;
}

/** Two that share a database in which one key is disabled, and what the first remembers. */
async function begin(context: TestContext): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-loss-'));
  const path = join(folder, 'state.db');
  const open = async (): Promise<View> => {
    const store = await openSqliteStore({ path });
    const notices: BookNotice[] = [];
    const book = await KeyBook.open({ store, onNotice: (notice) => notices.push(notice), retryMs: 20 });
    context.after(async () => {
      await book.close();
      await store.close();
    });
    return { store, book, notices };
  };
  const views = [await open(), await open()] as const;
  context.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [{ book, store }, second] = views;
  book.apply(KEY, { type: 'disabled', at: 1_000 }, policy);
  await book.flushed();
  await store.set('made', 'by k1', 60_000);
  await until(async () => second.book.record(KEY).state === 'disabled');
  return { folder, path, views, open };
}

/** All go on with what they know, agree on it, and so does who comes after them. */
async function assertWhole({ path, views, open }: Fixture): Promise<void> {
  const [first, second] = views;
  await until(async () => !first.book.storeFailed && !second.book.storeFailed);
  first.book.apply(OTHER, { type: 'disabled', at: 2_000 }, policy);
  await until(async () => second.book.record(OTHER).state === 'disabled');
  assert.equal(second.book.record(KEY).state, 'disabled');
  const fresh = await open();
  assert.equal(fresh.book.record(KEY).state, 'disabled');
  assert.equal(fresh.book.record(OTHER).state, 'disabled');
  assert.ok(existsSync(path));
}

const LOSSES: Readonly<Record<string, (path: string) => void>> = {
  'the file removed': (path) => rmSync(path),
  'all of its files removed': (path) => ['', '-wal', '-shm'].forEach((ending) => rmSync(path + ending)),
  'its log removed': (path) => rmSync(`${path}-wal`),
  'its shared memory removed': (path) => rmSync(`${path}-shm`),
  'moved elsewhere': (path) => renameSync(path, `${path}-elsewhere`),
};

void suite('a SQLite file that is lost while it is open', () => {
  for (const [what, lose] of Object.entries(LOSSES)) {
    void test(`${what}: it is back with all that was in it`, async (context) => {
      const fixture = await begin(context);
      lose(fixture.path);
      await until(async () => fixture.views.some(({ book }) => book.storeFailed));
      await assertWhole(fixture);
      assert.equal(await fixture.views[1].store.get('made'), 'by k1', 'nothing was lost but its name');
      assert.equal(statSync(fixture.path).mode & 0o077, 0, 'nobody else may read it');
    });
  }

  void test('truncated: what is known goes back into a new one, and the rest of the old is set aside', async (context) => {
    const fixture = await begin(context);
    truncateSync(fixture.path);
    await until(async () => fixture.views.some(({ book }) => book.storeFailed));
    await assertWhole(fixture);
    assert.ok(existsSync(`${fixture.path}-damaged`));
  });

  void test('written over with something else: likewise', async (context) => {
    const fixture = await begin(context);
    writeFileSync(fixture.path, 'what was that? '.repeat(10));
    await until(async () => fixture.views.some(({ book }) => book.storeFailed));
    await assertWhole(fixture);
  });

  void test('replaced by an older copy: what that one does not know goes back into it', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'sparekey-loss-older-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const older = join(folder, 'older.db');
    const empty = await openSqliteStore({ path: older });
    await empty.compareAndSet('key/p/k3', 0, '{"state":"disabled","epoch":1,"since":5}');
    await empty.close();
    const fixture = await begin(context);
    cpSync(older, `${fixture.path}-new`);
    renameSync(`${fixture.path}-new`, fixture.path);
    await until(async () => fixture.views.every(({ notices }) => notices.some(isLoss)));
    await assertWhole(fixture);
    const [first] = fixture.views;
    assert.equal(
      first.book.record({ id: 'k3', providerId: 'p' }).state,
      'disabled',
      'what it knows is heard',
    );
  });

  void test('its folder gone: nothing is forgotten, and all is there when the folder is', async (context) => {
    const fixture = await begin(context);
    rmSync(fixture.folder, { recursive: true });
    const [first, second] = fixture.views;
    await until(async () => first.book.storeFailed && second.book.storeFailed);
    assert.equal(first.book.record(KEY).state, 'disabled');
    first.book.apply(OTHER, { type: 'disabled', at: 2_000 }, policy);
    await assert.rejects(read(first.store, 'x'), withCode('store_failed'));
    mkdirSync(fixture.folder);
    await assertWhole(fixture);
    assert.deepEqual(
      readdirSync(fixture.folder).filter((name) => !/^state\.db(?:-wal|-shm)?$/.test(name)),
      [],
      'nothing is left lying about',
    );
  });
});

void test('one that may not make a database waits for those who have it to make', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-loss-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'state.db');
  writeFileSync(path, '');
  const waiting = openSqliteStore({ path, mayCreate: false });
  const maker = await openSqliteStore({ path });
  await maker.compareAndSet('a', 0, 'x');
  const waited = await waiting;
  assert.equal((await read(waited, 'a'))?.value, 'x');
  await waited.close();
  await maker.close();
});

function isLoss({ kind }: BookNotice): boolean {
  return kind === 'store-lost-writes';
}
