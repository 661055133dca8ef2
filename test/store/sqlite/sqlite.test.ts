import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Store } from '../../../src/store/contract.ts';
import { openStore } from '../../../src/store/open.ts';
import { openDatabase } from '../../../src/store/sqlite/database.ts';
import { limits } from '../../../src/store/rules.ts';
import { prepareTtlCache } from '../../../src/store/sqlite/ttl-cache.ts';
import { openSqliteStore, type SqliteOptions } from '../../../src/store/sqlite/sqlite.ts';
import { sharedStoreContract, storeContract, type OpenedShared } from '../contract-suite.ts';
import { catchUp, count, listen, put, read, withCode } from '../tools.ts';

const execute = promisify(execFile);

storeContract('sqlite', openShared);
sharedStoreContract('sqlite', openShared);

void describe('sqlite store: processes', () => {
  void test('four processes counting in one record lose no count', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    const workers = [1, 2, 3, 4].map(() => place.startWorker(150));
    const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    for (const exit of exits) assert.deepEqual(exit, [0, null]);
    assert.deepEqual(await read(store, 'n'), { id: 'n', value: '600', revision: 600 });
  });

  void test('a write of one process is signalled in another', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    const signals = listen(store);
    const worker = place.startWorker(1);
    await Promise.all([signals.next(), once(worker, 'exit')]);
    assert.equal((await read(store, 'n'))?.value, '1');
  });

  void test('a write of another process is signalled when it happens, not only at the next poll', async (t) => {
    const place = await placeFor(t);
    const store = await place.open({ pollMs: 3_600_000 });
    const signals = listen(store);
    const worker = place.startWorker(1);
    await Promise.all([signals.next(), once(worker, 'exit')]);
    assert.equal((await read(store, 'n'))?.value, '1');
  });

  void test('processes that find no database make one together', async (t) => {
    const place = await placeFor(t);
    // Many, one after the other: the later ones are reached by all at nearly the same moment.
    const files = Array.from({ length: 60 }, (_, n) => `state-${n}.db`);
    const workers = [1, 2, 3, 4].map(() => place.startWorker(1, ...files));
    const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    for (const exit of exits) assert.deepEqual(exit, [0, null]);
    for (const file of files) {
      const store = await place.open({ path: join(place.folder, file) });
      assert.equal((await read(store, 'n'))?.value, '4', file);
    }
  });

  void test('a process killed while it writes leaves all confirmed writes, and a sound file', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    for (const acknowledgements of [1, 40, 200]) {
      const before = Number((await read(store, 'n'))?.value ?? 0);
      const worker = place.startWorker(1_000_000);
      let acknowledged = 0;
      for await (const line of createInterface(worker.stdout)) {
        acknowledged = Number(line);
        if (acknowledged === acknowledgements) worker.kill('SIGKILL');
      }
      assert.ok(acknowledged >= acknowledgements);
      const survived = Number((await read(store, 'n'))?.value) - before;
      // The one more was written, and the process killed before it could say so.
      assert.ok(
        survived === acknowledged || survived === acknowledged + 1,
        `acknowledged ${acknowledged}, survived ${survived}`,
      );
      await count(store, 'n', 1);
    }
    await store.close();
    const database = new DatabaseSync(place.path);
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    database.close();
    const later = await place.open();
    const counted = await read(later, 'n');
    assert.equal(counted?.value, String(counted?.revision));
  });
});

void describe('sqlite store: the lock', () => {
  void test('held by another, is waited for without holding up this process', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    const other = place.lock();
    let done = false;
    const write = store.compareAndSet('a', 0, 'x').finally(() => (done = true));
    for (let turn = 0; turn < 5; turn++) await sleep(1);
    assert.equal(done, false);
    assert.deepEqual((await catchUp(store)).changes, [], 'reading goes on meanwhile');
    other.exec('ROLLBACK');
    assert.equal((await write).written, true);
  });

  void test('held for too long, is an error with a code, and nothing is written', async (t) => {
    const place = await placeFor(t);
    const store = await place.open({ busyMs: 30 });
    const other = place.lock();
    await assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_busy'));
    await assert.rejects(store.acquireLease('l', 'a', 1_000), withCode('store_busy'));
    other.exec('ROLLBACK');
    assert.deepEqual((await catchUp(store)).changes, []);
    assert.equal((await store.compareAndSet('a', 0, 'x')).written, true);
  });

  void test('closing ends the wait', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    place.lock();
    const refused = assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_closed'));
    await store.close();
    await refused;
  });
});

void describe('sqlite store: the file', () => {
  void test('is private, with all files beside it', async (t) => {
    const place = await placeFor(t);
    await put(await place.open(), 'a', 'x');
    for (const file of ['', '-wal', '-shm'].map((end) => place.path + end)) {
      assert.equal(((await stat(file)).mode & 0o777).toString(8), '600', file);
    }
  });

  void test('may have a name that means something else to SQLite', async (t) => {
    const place = await placeFor(t);
    for (const name of [':memory:', 'file:state.db?mode=memory', 'a b%20?#']) {
      assert.deepEqual(await once(place.startWorker(1, name), 'exit'), [0, null]);
      const store = await openStore({ kind: 'sqlite', path: join(place.folder, name) });
      assert.equal((await read(store, 'n'))?.value, '1');
      await store.close();
    }
  });

  void test('in a folder that does not exist is an error that says so', async (t) => {
    const path = join((await placeFor(t)).folder, 'missing', 'state.db');
    await assert.rejects(openSqliteStore({ path }), (error) => {
      assert.ok(withCode('store_cannot_open')(error) && error instanceof Error);
      assert.match(error.message, /missing.*folder does not exist/);
      return true;
    });
  });

  void test('that may not be written is an error with its permission bits, and who runs', async (t) => {
    const { folder } = await placeFor(t);
    const path = join(folder, 'state.db');
    await (await openSqliteStore({ path })).close();
    await chmod(path, 0o440);
    await chmod(folder, 0o755);
    const url = new URL('../../../src/store/sqlite/database.ts', import.meta.url).href;
    const program = `
      const { openDatabase } = await import(${JSON.stringify(url)});
      // Root may write anything; the module is loaded before, since others may not read it.
      if (process.getuid() === 0) process.setuid(65534);
      await openDatabase(${JSON.stringify(path)}, { busyMs: 1000, mayCreate: true })
        .catch(({ code, message }) => process.stdout.write(code + ': ' + message));
    `;
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', program]);
    assert.match(
      stdout,
      /^store_cannot_open: Cannot open \S+: \S*state\.db has permission bits 0440 and belongs to user \d+, group \d+, Sparekey runs as user \d+/,
    );
  });

  void test('that is a folder is an error', async (t) => {
    await assert.rejects(
      openSqliteStore({ path: (await placeFor(t)).folder }),
      withCode('store_cannot_open'),
    );
  });

  void test('that is no database is left as it is', async (t) => {
    const { path } = await placeFor(t);
    for (const text of ['no', 'not a database, but of some length\n'.repeat(500)]) {
      await writeFile(path, text);
      await assert.rejects(openSqliteStore({ path }), withCode('store_not_sparekey'));
      assert.equal(await readFile(path, 'utf8'), text);
    }
  });

  void test('that is the database of another application is left as it is', async (t) => {
    const place = await placeFor(t);
    await assertUntouched(
      place,
      'CREATE TABLE entry (revision INTEGER, id TEXT, value TEXT)',
      'store_not_sparekey',
    );
  });

  void test('that a newer version wrote is left as it is', async (t) => {
    const place = await placeFor(t);
    await (await place.open()).close();
    await assertUntouched(place, 'PRAGMA user_version = 5', 'store_newer_version');
  });

  void test('that version 1 wrote is brought up to date with all it holds, though its writer goes on', async (t) => {
    const place = await placeFor(t);
    const older = await place.open();
    const kept = await put(older, 'a', 'x');
    const database = new DatabaseSync(place.path);
    database.exec('DROP TABLE passing; DROP TABLE lasting; DROP TABLE clock; PRAGMA user_version = 1');
    database.close();
    const store = await place.open();
    assert.deepEqual(await read(store, 'a'), kept);
    await store.set('b', 'y', 60_000);
    assert.equal(await store.get('b'), 'y');
    assert.equal((await older.compareAndSet('a', kept.revision, 'z')).written, true);
  });

  void test('the TTL cache sweeps expired entries in small batches, and bounds the others', async (t) => {
    const { path } = await placeFor(t);
    const { database } = await openDatabase(path, { busyMs: 0, mayCreate: true });
    t.after(() => database.close());
    const cache = prepareTtlCache(database, Date.now, 20);
    const kept = (): number => database.prepare('SELECT id FROM passing').all().length;
    for (let n = 0; n < 12; n++) cache.set(`over ${n}`, 'x', 60_000);
    database.exec('UPDATE passing SET expires_at = 1');
    cache.set('long 0', 'x', 60_000);
    assert.equal(kept(), 9, 'four of twelve went for the one that came');
    for (let n = 1; n < 12; n++) cache.set(`long ${n}`, 'x', 60_000);
    assert.equal(kept(), 12);
    cache.set('long 0', 'again', 60_000);
    for (let n = 12; n < 31; n++) cache.set(`long ${n}`, 'x', 60_000);
    assert.equal(kept(), 20);
    assert.equal(cache.get('long 0'), 'again');
    assert.equal(cache.get('long 11'), undefined);
    assert.equal(cache.get('long 12'), 'x');
    cache.set('to last', 'x', limits.longLivedMs + 1);
    for (let n = 0; n < 99; n++) cache.set(`flood ${n}`, 'x', limits.longLivedMs);
    assert.equal(cache.get('to last'), 'x', 'and long-lived entries give way to each other alone');
  });

  void test('that is empty becomes a database', async (t) => {
    const place = await placeFor(t);
    await writeFile(place.path, '');
    await put(await place.open(), 'a', 'x');
  });

  void test('damaged while it is open, is an error with a code and keeps no lock', async (t) => {
    const place = await placeFor(t);
    const store = await place.open();
    const database = new DatabaseSync(place.path);
    database.exec('DROP TABLE entry');
    database.close();
    await assert.rejects(read(store, 'a'), withCode('store_failed'));
    await assert.rejects(store.compareAndSet('a', 0, 'x'), withCode('store_failed'));
    assert.doesNotThrow(() => place.lock());
  });
});

/** Changes the database by `sql`, and shows that opening it then fails and writes nothing. */
async function assertUntouched(
  { path }: Place,
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

async function openShared(): Promise<OpenedShared> {
  const place = await newPlace();
  return {
    store: await place.open(),
    another: () => place.open(),
    passTime: async (ms) => sleep(ms),
    dispose: () => place.dispose(),
  };
}

/** A place that goes away, with all that was opened there, when the test is over. */
async function placeFor(t: TestContext): Promise<Place> {
  const place = await newPlace();
  t.after(() => place.dispose());
  return place;
}

interface Place {
  readonly folder: string;
  readonly path: string;
  /** A poll a millisecond, unless the options say otherwise. */
  open(options?: Partial<SqliteOptions>): Promise<Store>;
  /** Another process's unfinished write, ended by `ROLLBACK`. */
  lock(): DatabaseSync;
  /**
   * A process that adds 1 to the record `n`, `times` times, with a line on its output for each: in the state
   * at `path`, or in one file of the folder after the other.
   */
  startWorker(times: number, ...files: string[]): ChildProcessByStdio<null, Readable, null>;
  dispose(): Promise<void>;
}

async function newPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-store-'));
  const path = join(folder, 'state.db');
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true }));
  return {
    folder,
    path,
    async open(options) {
      const store = await openSqliteStore({ path, pollMs: 1, ...options });
      return cleanup.adopt(store, () => store.close());
    },
    lock() {
      const database = cleanup.use(new DatabaseSync(path));
      database.exec('BEGIN IMMEDIATE');
      return database;
    },
    startWorker(times, ...files) {
      const script = join(import.meta.dirname, 'sqlite-worker.ts');
      const paths = files.length > 0 ? files : [path];
      const worker = spawn(process.execPath, [script, String(times), ...paths], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      worker.stdout.resume();
      cleanup.defer(() => void worker.kill('SIGKILL'));
      return worker;
    },
    dispose: () => cleanup.disposeAsync(),
  };
}
