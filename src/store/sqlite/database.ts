import { closeSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineMs, machineStart } from '../../clock/machine-time.ts';
import { StoreError } from '../errors.ts';
import { deniedAccess } from './access.ts';

/** `Spky`: tells our files from other SQLite databases. */
const APPLICATION_ID = 0x53_70_6b_79;

/**
 * AUTOINCREMENT is the counter of revisions: it grows in the transaction that writes, over all ids, and never
 * gives a number twice. A write replaces its row, so each id has one row, at its newest revision.
 * A null value is a deletion. An `expires_at` of 0 (milliseconds since the epoch) is a lease given back.
 */
const ENTRIES_AND_LEASES = `
  CREATE TABLE entry (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    value TEXT
  ) STRICT;
  CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

const PASSING = `
  CREATE TABLE passing (
    id TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX passing_by_expiry ON passing (expires_at);
`;

/** The same for entries with a time to live of more than `limits.longLivedMs`. */
const LASTING = PASSING.replaceAll('passing', 'lasting');

/**
 * How far the store's time is ahead of the machine's own count since its start, in milliseconds. The process that opens
 * the database first after that start sets it by the wall clock; all others use it, however the wall clock is set.
 */
const CLOCK = `
  CREATE TABLE clock (
    machine_start TEXT PRIMARY KEY,
    ahead_ms INTEGER NOT NULL
  ) STRICT;
`;

/**
 * What each schema version added to the one before it, from version 1 on. Processes of an older version that have the
 * file open keep using the tables they know.
 */
const VERSIONS = [ENTRIES_AND_LEASES, PASSING, LASTING, CLOCK];

/** How long SQLite itself may wait for a lock, blocking the event loop: some hundred commits of another process. */
const BLOCKING_WAIT_MS = 4;
/** How long the event loop then runs before the next try. */
const RETRY_PAUSE_MS = 20;
/** How long a process that may not create the database waits for one that may. Milliseconds. */
const CREATED_WITHIN_MS = 5_000;

/** How to open a database. */
export interface OpeningOptions {
  /** How long to wait for other processes' locks. Milliseconds. */
  readonly busyMs: number;
  /** Otherwise a missing or empty file is waited for, for some seconds: another process is about to restore it. */
  readonly mayCreate: boolean;
  /** How far the store's time is known to be ahead of `machineMs`; by the wall clock otherwise. Milliseconds. */
  readonly aheadMs?: number;
}

/** An open database, and how far its time is ahead of `machineMs`. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly aheadMs: number;
}

// Primary result codes of SQLite (https://sqlite.org/rescode.html).
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Opens the database, or creates it: the file with mode 0600, which SQLite gives to its `-wal` and `-shm` too. A missing
 * folder is an error, because creating a mistyped or unmounted path would be a silent loss of state. A file that is not
 * ours is read and left as it is.
 *
 * `synchronous = NORMAL` syncs the log at checkpoints, not at commits. A killed process loses nothing, since
 * what it committed is with the operating system; a power loss may lose the last commits, never consistency.
 * That suits a record of which keys work, which a few requests establish again, and saves the event loop a disk sync for
 * each write.
 */
export async function openDatabase(path: string, options: OpeningOptions): Promise<OpenDatabase> {
  const { busyMs, mayCreate } = options;
  // Absolute, so that SQLite reads neither `:memory:` nor a `file:` URI into it.
  const file = resolve(path);
  if (mayCreate) createPrivateFile(file);
  else await waitForFile(file);
  const database = new DatabaseSync(file, { open: false, timeout: BLOCKING_WAIT_MS });
  try {
    database.open();
    const aheadMs = await retryWhileLocked(busyMs, () => {
      // Nothing is written before the file is known to be ours, or empty; that is checked again under the write lock.
      transaction(database, 'DEFERRED', () => schemaVersion(database, file));
      database.exec('PRAGMA synchronous = NORMAL');
      requireWriteAheadLog(database, file);
      return transaction(database, 'IMMEDIATE', () => {
        const version = schemaVersion(database, file);
        if (version < VERSIONS.length) {
          for (const addition of VERSIONS.slice(version)) database.exec(addition);
          database.exec(`PRAGMA user_version = ${VERSIONS.length}`);
        }
        return clockOffset(database, options.aheadMs);
      });
    });
    return { database, aheadMs };
  } catch (error) {
    if (database.isOpen) database.close();
    throw openingError(error, file);
  }
}

/** Within a transaction of the caller's. @returns how far the store's time is ahead of `machineMs` */
function clockOffset(database: DatabaseSync, knownMs: number | undefined): number {
  const start = machineStart();
  const find = database.prepare('SELECT ahead_ms FROM clock WHERE machine_start = ?');
  const stored = find.get(start)?.['ahead_ms'];
  if (typeof stored === 'number') return stored;
  const aheadMs = Math.round(knownMs ?? Date.now() - machineMs());
  database.exec('DELETE FROM clock');
  database.prepare('INSERT INTO clock VALUES (?, ?)').run(start, aheadMs);
  // Their holders ended with the machine's last run, and they expire by the clock of that run.
  if (knownMs === undefined) database.exec('UPDATE lease SET expires_at = 0');
  return aheadMs;
}

async function waitForFile(file: string): Promise<void> {
  const giveUpAt = performance.now() + CREATED_WITHIN_MS;
  while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    if (performance.now() >= giveUpAt) {
      throw new StoreError('store_cannot_open', `${file} is not there, and others have it to make`);
    }
    await sleep(RETRY_PAUSE_MS);
  }
}

/**
 * Runs `work` as one transaction: with the file's one write lock held from the start (IMMEDIATE), or for reading
 * (DEFERRED). Keep it short.
 */
export function transaction<T>(database: DatabaseSync, kind: 'IMMEDIATE' | 'DEFERRED', work: () => T): T {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Runs `work`, again while other processes hold the lock, with the event loop running in between.
 * @throws StoreError `store_busy` after `busyMs`; nothing was written
 */
export async function retryWhileLocked<T>(busyMs: number, work: () => T): Promise<T> {
  const giveUpAt = performance.now() + busyMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (resultCode(error) !== SQLITE_BUSY) throw error;
      if (performance.now() >= giveUpAt) {
        throw new StoreError('store_busy', `The database was locked for ${busyMs} ms`, { cause: error });
      }
    }
    await sleep(RETRY_PAUSE_MS);
  }
}

/** Creates an empty file with mode 0600 where there is none. @throws StoreError where it cannot be created */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    const reason = errorCode(error) === 'ENOENT' ? 'its folder does not exist' : whyDenied(error, file);
    throw new StoreError('store_cannot_open', `Cannot make ${file}: ${reason}`, { cause: error });
  }
}

/**
 * The file's schema version, 0 where it is empty. Only reads, and needs a transaction: another process may be creating
 * it.
 * @throws StoreError where the file is neither empty nor ours, or newer than we are
 */
function schemaVersion(database: DatabaseSync, file: string): number {
  const applicationId = pragma(database, 'application_id');
  const version = Number(pragma(database, 'user_version'));
  if (applicationId === APPLICATION_ID) {
    if (version >= 1 && version <= VERSIONS.length) return version;
    const message = `${file} has schema version ${version}, this Sparekey knows ${VERSIONS.length}`;
    throw new StoreError('store_newer_version', message);
  }
  // Not a page count: a process that died while creating it leaves pages without a table.
  const tables = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  if (applicationId === 0 && version === 0 && tables === undefined) return 0;
  throw new StoreError('store_not_sparekey', `${file} is a database of another application`);
}

/** Several processes can write only with it; network file systems and some containers' do not offer it. */
function requireWriteAheadLog(database: DatabaseSync, file: string): void {
  const mode = pragma(database, 'journal_mode = WAL');
  if (mode === 'wal') return;
  throw new StoreError(
    'store_cannot_open',
    `${file} is on a file system without shared memory (${mode} mode)`,
  );
}

function pragma(database: DatabaseSync, text: string): string | number {
  const [value] = Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {});
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`PRAGMA ${text} gave no answer`);
}

function openingError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  if (resultCode(error) === SQLITE_NOTADB) {
    return new StoreError('store_not_sparekey', `${file} is not a database`, { cause: error });
  }
  return new StoreError('store_cannot_open', `Cannot open ${file}: ${whyDenied(error, file)}`, {
    cause: error,
  });
}

function whyDenied(error: unknown, file: string): string {
  const denied = deniedAccess(file);
  return denied === '' ? String(error) : denied;
}

/** SQLite's primary result code, without the detail in its upper bytes; undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

/** Whether an error of SQLite's reports a damaged file. */
export function isCorruption(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
