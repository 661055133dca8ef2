import type { CasResult, Change, ChangePage, Cursor, Lease, Store } from '../contract.ts';
import { StoreError } from '../errors.ts';
import {
  checkId,
  checkPageLimit,
  checkRevision,
  checkTtl,
  checkValue,
  limits,
  mayWrite,
  pageOf,
  revisionOf,
} from '../rules.ts';
import { ChangeSignal } from '../signal.ts';
import { deniedAccess } from './access.ts';
import { SqliteConnection } from './connection.ts';
import type { Session } from './connection.ts';
import { transaction, retryWhileLocked } from './database.ts';
import { toChange, toInteger } from './statements.ts';
import { CommitWatch } from './commit-watch.ts';

/** Where the database is, and how often and how long to wait for others. */
export interface SqliteOptions {
  readonly path: string;
  /**
   * How often to poll for the writes of other processes while somebody listens, since the system does not report all of
   * them. Default 20 ms.
   */
  readonly pollMs?: number;
  /** How long a call waits for other processes' writes before it rejects with `store_busy`. Default 5,000 ms. */
  readonly busyMs?: number;
  /** Whether to create a missing database. Default true; otherwise it is waited for, for some seconds. */
  readonly mayCreate?: boolean;
}

/**
 * A store in one file on one machine, shared by any number of processes, lasting over restarts.
 *
 * SQLite has one writer at a time, so revisions become visible in the order they are given out: no reader that has seen
 * one sees a smaller one later.
 *
 * Every call runs on the calling thread, and so is kept to one short transaction. Measured on one machine with
 * values of 600 bytes: a read costs half of what `JSON.parse` needs for 1 KB, a refused `compareAndSet` about
 * two reads, one that writes about ten (30 to 50 µs). Every few hundred writes one also brings the log into the
 * database and syncs the disk, which takes some milliseconds. While another process holds the lock the event
 * loop runs; after `busyMs` the call rejects with `store_busy` and has written nothing.
 *
 * Other processes' writes are noticed only while somebody listens: at once where the system reports writes to a
 * file, by polling elsewhere. A poll costs less than a read; 50 a second cost an otherwise idle process about
 * 1 % of one core, nearly all of it for waking up.
 *
 * @throws StoreError when the file cannot be opened, or holds something that is not ours to use
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, pollMs = 20, busyMs = 5_000, mayCreate = true } = options;
  return new SqliteStore(await SqliteConnection.open(path, { busyMs, mayCreate }), path, pollMs, busyMs);
}

class SqliteStore implements Store {
  readonly description: string;
  readonly #connection: SqliteConnection;
  readonly #signal = new ChangeSignal();
  readonly #pollMs: number;
  readonly #busyMs: number;
  #watch: CommitWatch | undefined;
  #closed = false;

  constructor(connection: SqliteConnection, path: string, pollMs: number, busyMs: number) {
    this.description = `sqlite:${path}`;
    this.#connection = connection;
    this.#pollMs = pollMs;
    this.#busyMs = busyMs;
  }

  async compareAndSet(id: string, expectedRevision: number, value: string | undefined): Promise<CasResult> {
    checkId('id', id);
    checkRevision(expectedRevision);
    checkValue(value);
    const result = await this.#do((opening) =>
      transaction(opening.database, 'IMMEDIATE', (): CasResult => {
        const current = findIn(opening, id) ?? { id, value: undefined, revision: 0 };
        if (!mayWrite(current, expectedRevision, value)) return { written: false, current };
        return { written: true, current: toChange(opening.statements.write.get(id, value ?? null)) };
      }),
    );
    if (result.written) this.#signal.raise();
    return result;
  }

  async changesSince(cursor: Cursor | undefined, limit: number): Promise<ChangePage | 'lost'> {
    const [opened, after = cursor] = cursor?.split('/') ?? [];
    const revision = revisionOf(after);
    checkPageLimit(limit);
    return this.#do(({ number, statements }) => {
      const last = statements.lastRevision.get()?.['seq'];
      const isLost = cursor !== undefined && opened !== String(number);
      if (isLost || revision > (typeof last === 'number' ? last : 0)) return 'lost';
      const page = pageOf(statements.changes.all(revision, limit + 1).map(toChange), limit, revision);
      return { ...page, cursor: `${number}/${page.cursor}` };
    });
  }

  onChange(listener: () => void): () => void {
    this.#checkOpen();
    const unsubscribe = this.#signal.subscribe(listener);
    this.#watch ??= new CommitWatch({
      logPath: `${this.#connection.path}-wal`,
      pollMs: this.#pollMs,
      version: () => this.#version(),
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
    // In a transaction although it is one statement, so that a commit that fails rejects the call.
    const row = await this.#do(({ database, statements, now }) =>
      transaction(database, 'IMMEDIATE', () => statements.acquire.get({ ...terms, now: now() })),
    );
    return row && { name, holder, token: toInteger(row['token']) };
  }

  async releaseLease({ name, holder, token }: Lease): Promise<void> {
    await this.#do(({ statements, now }) => statements.release.run({ name, holder, token, now: now() }));
  }

  async set(id: string, value: string, ttlMs: number): Promise<void> {
    checkId('id', id);
    checkValue(value);
    checkTtl(ttlMs, limits.maxTtlMs);
    await this.#do(({ database, ttlCache }) =>
      transaction(database, 'IMMEDIATE', () => ttlCache.set(id, value, ttlMs)),
    );
  }

  async get(id: string): Promise<string | undefined> {
    checkId('id', id);
    return this.#do(({ ttlCache }) => ttlCache.get(id));
  }

  async delete(id: string): Promise<void> {
    checkId('id', id);
    await this.#do(({ database, ttlCache }) => transaction(database, 'IMMEDIATE', () => ttlCache.delete(id)));
  }

  async time(): Promise<number> {
    return this.#do(({ now }) => now());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    this.#signal.close();
    this.#connection.close();
  }

  /** Runs every verb: waits for locks, and gives errors our codes. */
  async #do<T>(work: (opening: Session) => T): Promise<T> {
    const connection = this.#connection;
    try {
      this.#checkOpen();
      await connection.reopenIfLost();
      return await retryWhileLocked(this.#busyMs, () => {
        this.#checkOpen();
        return work(connection.session);
      });
    } catch (error) {
      connection.noteFailure(error);
      if (error instanceof StoreError) throw error;
      const denied = deniedAccess(connection.path);
      throw new StoreError(
        'store_failed',
        `${this.description} failed: ${denied === '' ? String(error) : denied}`,
        {
          cause: error,
        },
      );
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('store_closed', `${this.description} is closed`);
  }

  #stopWatching(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  /** Differs after another connection's commit, and after a loss. Undefined where it cannot be read, which differs too. */
  #version(): unknown {
    const { loss, session } = this.#connection;
    // Listeners then read the changes, which restores the files or fails with the error.
    if (loss !== undefined) return 'lost';
    try {
      return `${session.number}/${String(session.statements.dataVersion.get()?.['data_version'])}`;
    } catch {
      // Listeners then read the changes and get the same error, where it can be reported.
      return undefined;
    }
  }
}

function findIn({ statements }: Session, id: string): Change | undefined {
  const row = statements.find.get(id);
  return row && toChange(row);
}
