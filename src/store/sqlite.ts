import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CasResult, Change, ChangePage, Cursor, Lease, Store, Versioned } from './contract.ts';
import { StoreError } from './errors.ts';
import {
  checkId,
  checkPageLimit,
  checkPrefix,
  checkRevision,
  checkTtl,
  checkValue,
  limits,
  mayWrite,
  pageOf,
  revisionOf,
} from './rules.ts';
import { ChangeSignal } from './signal.ts';
import { NOW_MS, openDatabase, transaction, whenFree } from './sqlite-file.ts';
import { preparePassing } from './sqlite-passing.ts';
import type { PassingStatements } from './sqlite-passing.ts';
import { CommitWatch } from './sqlite-watch.ts';

/** Where the database is, and how often and how long to wait for others. */
export interface SqliteOptions {
  readonly path: string;
  /**
   * How often the writes of other processes are looked for while somebody listens, for want of word from the
   * system. Default 20 ms.
   */
  readonly pollMs?: number;
  /** How long a call waits for other processes' writes before it rejects with `store_busy`. Default 5,000 ms. */
  readonly busyMs?: number;
}

/**
 * A store in one file on one machine, shared by any number of processes, lasting over restarts.
 *
 * SQLite has one writer at a time, so revisions become visible in the order they are given out, and no
 * reader that has seen one will later meet a smaller one.
 *
 * Every call runs on the calling thread, and so is kept to one short transaction. Measured on one machine with
 * values of 600 bytes: a read costs half of what `JSON.parse` needs for 1 KB, a refused `compareAndSet` about
 * two reads, one that writes about ten (30 to 50 µs). Every few hundred writes one also brings the log into the
 * database and syncs the disk, which takes some milliseconds. A lock that another process holds is waited for
 * with the event loop running; after `busyMs` the call rejects with `store_busy` and has written nothing.
 *
 * Other processes' writes are noticed only while somebody listens: at once where the system tells of writes to
 * a file, by polling elsewhere. A poll costs less than a read; 50 a second cost an otherwise idle process about
 * 1 % of one core, nearly all of it for waking up.
 *
 * @throws StoreError when the file cannot be opened, or holds something that is not ours to use
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, pollMs = 20, busyMs = 5_000 } = options;
  return new SqliteStore(await openDatabase(path, busyMs), path, pollMs, busyMs);
}

type Statements = ReturnType<typeof prepare>;

class SqliteStore implements Store {
  readonly description: string;
  readonly #database: DatabaseSync;
  readonly #logPath: string;
  readonly #statements: Statements;
  readonly #passing: PassingStatements;
  readonly #signal = new ChangeSignal();
  readonly #pollMs: number;
  readonly #busyMs: number;
  #watch: CommitWatch | undefined;
  #closed = false;

  constructor(database: DatabaseSync, path: string, pollMs: number, busyMs: number) {
    this.description = `sqlite:${path}`;
    this.#database = database;
    this.#logPath = `${resolve(path)}-wal`;
    this.#statements = prepare(database);
    this.#passing = preparePassing(database);
    this.#pollMs = pollMs;
    this.#busyMs = busyMs;
  }

  async read(id: string): Promise<Versioned | undefined> {
    checkId('id', id);
    const entry = await this.#do(() => this.#find(id));
    return entry?.value === undefined ? undefined : { ...entry, value: entry.value };
  }

  async *list(prefix: string): AsyncGenerator<readonly Versioned[]> {
    checkPrefix(prefix);
    // Ids with one prefix stand together in the index, which compares bytes: after them come only others.
    let from = prefix;
    for (;;) {
      const { valuesFrom } = this.#statements;
      const rows = await this.#do(() => valuesFrom.all(from, limits.batchEntries).map(toVersioned));
      const batch = rows.filter(({ id }) => id.startsWith(prefix));
      if (batch.length > 0) yield batch;
      const last = batch.at(-1);
      if (last === undefined || batch.length < limits.batchEntries) return;
      from = `${last.id}\0`; // no id stands between the two
    }
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    checkId('id', id);
    checkRevision(expectedRevision);
    checkValue(value);
    const result = await this.#do(() =>
      transaction(this.#database, 'IMMEDIATE', (): CasResult => {
        const current = this.#find(id) ?? { id, value: undefined, revision: 0 };
        if (!mayWrite(current, expectedRevision, value)) return { written: false, current };
        return { written: true, current: toChange(this.#statements.write.get(id, value ?? null)) };
      }),
    );
    if (result.written) this.#signal.raise();
    return result;
  }

  async changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    const revision = revisionOf(cursor);
    checkPageLimit(limit);
    const { changes, lastRevision } = this.#statements;
    return this.#do(() => {
      const last = lastRevision.get()?.['seq'];
      if (revision > (typeof last === 'number' ? last : 0)) return 'lost';
      return pageOf(changes.all(revision, limit + 1).map(toChange), limit, revision);
    });
  }

  onChange(listener: () => void): () => void {
    this.#checkOpen();
    const unsubscribe = this.#signal.subscribe(listener);
    this.#watch ??= new CommitWatch({
      logPath: this.#logPath,
      pollMs: this.#pollMs,
      version: () => this.#dataVersion(),
      onCommit: () => this.#signal.raise(),
    });
    return () => {
      unsubscribe();
      if (!this.#signal.listened) this.#stopWatching();
    };
  }

  async acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    checkId('lease name', name);
    checkId('lease holder', holder);
    checkTtl(ttlMs);
    const terms = { name, holder, ttlMs: Math.ceil(ttlMs) };
    // In a transaction although it is one statement, so that a commit that fails is told to the caller.
    const row = await this.#do(() =>
      transaction(this.#database, 'IMMEDIATE', () => this.#statements.acquire.get(terms)),
    );
    return row && { name, holder, token: integer(row['token']) };
  }

  async renewLease({ name, holder, token }: Lease, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    const { changes } = await this.#do(() =>
      this.#statements.renew.run({ name, holder, token, ttlMs: Math.ceil(ttlMs) }),
    );
    return changes === 1;
  }

  async releaseLease({ name, holder, token }: Lease): Promise<void> {
    await this.#do(() => this.#statements.release.run({ name, holder, token }));
  }

  async remember(id: string, value: string, ttlMs: number): Promise<void> {
    checkId('id', id);
    checkValue(value);
    checkTtl(ttlMs, limits.passingMs);
    await this.#do(() =>
      transaction(this.#database, 'IMMEDIATE', () => this.#passing.remember(id, value, ttlMs)),
    );
  }

  async recall(id: string): Promise<string | undefined> {
    checkId('id', id);
    return this.#do(() => this.#passing.recall(id));
  }

  async forget(id: string): Promise<void> {
    checkId('id', id);
    await this.#do(() => transaction(this.#database, 'IMMEDIATE', () => this.#passing.forget(id)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    this.#signal.close();
    this.#database.close();
  }

  #find(id: string): Change | undefined {
    const row = this.#statements.find.get(id);
    return row && toChange(row);
  }

  /** The way into the database for every verb: waits for its turn, and gives errors our codes. */
  async #do<T>(work: () => T): Promise<T> {
    try {
      return await whenFree(this.#busyMs, () => {
        this.#checkOpen();
        return work();
      });
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError('store_failed', `${this.description} failed: ${String(error)}`, { cause: error });
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('store_closed', `${this.description} is closed`);
  }

  #stopWatching(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  /** Differs after another connection's commit. Undefined where it cannot be read, which differs too. */
  #dataVersion(): unknown {
    try {
      return this.#statements.dataVersion.get()?.['data_version'];
    } catch {
      // Whoever is signalled asks `changesSince`, and meets the same error where it can be reported.
      return undefined;
    }
  }
}

const IS_HELD = `name = :name AND holder = :holder AND token = :token AND expires_at > ${NOW_MS}`;

function prepare(database: DatabaseSync) {
  const select = 'SELECT id, value, revision FROM entry WHERE';
  return {
    find: database.prepare(`${select} id = ?`),
    valuesFrom: database.prepare(`${select} id >= ? AND value IS NOT NULL ORDER BY id LIMIT ?`),
    changes: database.prepare(`${select} revision > ? ORDER BY revision LIMIT ?`),
    lastRevision: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'entry'"),
    write: database.prepare(
      'INSERT OR REPLACE INTO entry (id, value) VALUES (?, ?) RETURNING id, value, revision',
    ),
    acquire: database.prepare(`
      INSERT INTO lease VALUES (:name, :holder, 1, ${NOW_MS} + :ttlMs)
      ON CONFLICT DO UPDATE SET
        holder = excluded.holder,
        token = token + (expires_at <= ${NOW_MS}),
        expires_at = excluded.expires_at
      WHERE expires_at <= ${NOW_MS} OR holder = excluded.holder
      RETURNING token`),
    renew: database.prepare(`UPDATE lease SET expires_at = ${NOW_MS} + :ttlMs WHERE ${IS_HELD}`),
    release: database.prepare(`UPDATE lease SET expires_at = 0 WHERE ${IS_HELD}`),
    dataVersion: database.prepare('PRAGMA data_version'),
  };
}

type Row = Record<string, unknown>;

function toChange(row: Row | undefined): Change {
  const { id, value, revision } = row ?? {};
  if (typeof id !== 'string' || (value !== null && typeof value !== 'string')) {
    throw new TypeError('A row of the database has values of the wrong type');
  }
  return { id, value: value ?? undefined, revision: integer(revision) };
}

function toVersioned(row: Row): Versioned {
  const { id, value = '', revision } = toChange(row);
  return { id, value, revision };
}

function integer(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('A row of the database has values of the wrong type');
  return value;
}
