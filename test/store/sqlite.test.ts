import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { sharedStoreContract, storeContract, type OpenedShared } from './contract-suite.ts';
import { catchUp, count, listen, put, withCode } from './tools.ts';

async function openShared(): Promise<OpenedShared> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-store-'));
  const stores: Store[] = [];
  const another = async (): Promise<Store> => {
    const store = await openSqliteStore({ path: join(folder, 'state.db'), pollMs: 1 });
    stores.push(store);
    return store;
  };
  return {
    store: await another(),
    another,
    passTime: async (ms) => sleep(ms),
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}

storeContract('sqlite', openShared);
sharedStoreContract('sqlite', openShared);

void describe('sqlite store: processes', () => {
  void test('four processes counting in one record lose no count', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    const workers = [1, 2, 3, 4].map(() => startWorker(path, 150));
    const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    assert.deepEqual(
      exits,
      [1, 2, 3, 4].map(() => [0, null]),
    );
    assert.deepEqual(await store.changesSince(0, 10), {
      changes: [{ id: 'n', value: '600', revision: 600 }],
      revision: 600,
      complete: true,
    });
  });

  void test('a write of one process is signalled in another', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    const signals = listen(store);
    const worker = startWorker(path, 1);
    await Promise.all([signals.next(), once(worker, 'exit')]);
    assert.equal((await store.read('n'))?.value, '1');
  });

  void test('processes that find no database make one together', async (t) => {
    const path = await newPath(t);
    const workers = [1, 2, 3, 4].map(() => startWorker(path, 5));
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    assert.equal((await (await opened(t, path)).read('n'))?.value, '20');
  });

  void test('a process killed while it writes leaves all it was told is written, and a sound file', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    for (const acknowledgements of [1, 40, 200]) {
      const before = Number((await store.read('n'))?.value ?? 0);
      const worker = startWorker(path, 1_000_000);
      let told = 0;
      for await (const line of createInterface(worker.stdout)) {
        told = Number(line);
        if (told === acknowledgements) worker.kill('SIGKILL');
      }
      const survived = Number((await store.read('n'))?.value) - before;
      // The one more was written, and the process killed before it could say so.
      assert.ok(survived === told || survived === told + 1, `told ${told}, survived ${survived}`);
      await count(store, 'n', 1);
    }
    await store.close();
    const database = new DatabaseSync(path);
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    database.close();
    const later = await opened(t, path);
    const { changes } = await catchUp(later, 0);
    assert.deepEqual(
      changes.map(({ value, revision }) => value === String(revision)),
      [true],
    );
  });
});

void describe('sqlite store: the lock', () => {
  void test('held by another, is waited for without holding up this process', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    const other = lock(t, path);
    let done = false;
    const write = store.compareAndSet('a', 0, 'x').finally(() => (done = true));
    for (let turn = 0; turn < 5; turn++) await sleep(1);
    assert.equal(done, false);
    assert.equal(await store.read('a'), undefined);
    other.exec('ROLLBACK');
    assert.equal((await write).written, true);
  });

  void test('held for too long, is an error with a code, and nothing is written', async (t) => {
    const path = await newPath(t);
    await (await opened(t, path)).close();
    const store = await openSqliteStore({ path, busyMs: 30 });
    t.after(() => store.close());
    const other = lock(t, path);
    await assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_busy'));
    await assert.rejects(store.acquireLease('l', 'a', 1_000), withCode('store_busy'));
    other.exec('ROLLBACK');
    assert.deepEqual((await store.changesSince(0, 10)).changes, []);
    assert.equal((await store.compareAndSet('a', 0, 'x')).written, true);
  });

  void test('closing ends the wait', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    lock(t, path);
    const refused = assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_closed'));
    await store.close();
    await refused;
  });
});

void describe('sqlite store: the file', () => {
  void test('is private, with all that stands beside it', async (t) => {
    const path = await newPath(t);
    await put(await opened(t, path), 'a', 'x');
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      assert.equal(((await stat(file)).mode & 0o777).toString(8), '600', file);
    }
  });

  void test('may have a name that means something else to SQLite', async (t) => {
    const folder = await newFolder(t);
    for (const name of [':memory:', 'file:state.db?mode=memory', 'a b%20?#']) {
      const store = await openStore({ kind: 'sqlite', path: join(folder, name) });
      await put(store, 'a', name);
      await store.close();
      assert.equal((await stat(join(folder, name))).isFile(), true);
    }
  });

  void test('in a folder that does not exist is an error that says so', async (t) => {
    const path = join(await newFolder(t), 'missing', 'state.db');
    await assert.rejects(openSqliteStore({ path }), (error) => {
      assert.ok(withCode('store_cannot_open')(error) && error instanceof Error);
      assert.match(error.message, /missing.*folder does not exist/);
      return true;
    });
  });

  void test('that is a folder is an error', async (t) => {
    await assert.rejects(openSqliteStore({ path: await newFolder(t) }), withCode('store_cannot_open'));
  });

  void test('that is no database is left as it is', async (t) => {
    const path = await newPath(t);
    for (const text of ['no', 'not a database, but of some length\n'.repeat(500)]) {
      await writeFile(path, text);
      await assert.rejects(openSqliteStore({ path }), withCode('store_not_sparekey'));
      assert.equal(await readFile(path, 'utf8'), text);
    }
  });

  void test('that is the database of another application is left as it is', async (t) => {
    const path = await newPath(t);
    await assertUntouched(
      path,
      'CREATE TABLE entry (revision INTEGER, id TEXT, value TEXT)',
      'store_not_sparekey',
    );
  });

  void test('that a newer version wrote is left as it is', async (t) => {
    const path = await newPath(t);
    await (await openSqliteStore({ path })).close();
    await assertUntouched(path, 'PRAGMA user_version = 2', 'store_newer_version');
  });

  void test('that is empty becomes a database', async (t) => {
    const path = await newPath(t);
    await writeFile(path, '');
    await put(await opened(t, path), 'a', 'x');
  });

  void test('damaged while it is open, is an error with a code', async (t) => {
    const path = await newPath(t);
    const store = await opened(t, path);
    const database = new DatabaseSync(path);
    database.exec('DROP TABLE entry');
    database.close();
    await assert.rejects(store.read('a'), withCode('store_failed'));
    await assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_failed'));
  });
});

/** Changes the database at `path` by `sql`, and shows that opening it then fails and writes nothing. */
async function assertUntouched(
  path: string,
  sql: string,
  code: 'store_not_sparekey' | 'store_newer_version',
): Promise<void> {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  const before = await readFile(path);
  await assert.rejects(openSqliteStore({ path }), withCode(code));
  assert.ok(before.equals(await readFile(path)));
}

/** Another process's unfinished write. */
function lock(t: TestContext, path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  t.after(() => database.close());
  database.exec('BEGIN IMMEDIATE');
  return database;
}

function startWorker(path: string, times: number): ChildProcessByStdio<null, Readable, null> {
  const script = join(import.meta.dirname, 'sqlite-worker.ts');
  const worker = spawn(process.execPath, [script, path, String(times)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  worker.stdout.resume();
  return worker;
}

async function opened(t: TestContext, path: string): Promise<Store> {
  const store = await openSqliteStore({ path, pollMs: 1 });
  t.after(() => store.close());
  return store;
}

async function newPath(t: TestContext): Promise<string> {
  return join(await newFolder(t), 'state.db');
}

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-store-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
