import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { machineMs } from '../../clock/machine-time.ts';
import { StoreError } from '../errors.ts';
import { isCorruption, openDatabase } from './database.ts';
import type { OpeningOptions } from './database.ts';
import { prepareTtlCache } from './ttl-cache.ts';
import type { SqliteTtlCache } from './ttl-cache.ts';
import { identifyFiles, lossBetween } from './file-identity.ts';
import type { FileLoss, DatabaseFiles } from './file-identity.ts';
import { removeStaleLogs, restoreFiles } from './restore.ts';
import { prepareStatements } from './statements.ts';

/**
 * A loss of files is acted on once it has lasted for so long, since removing a folder, or replacing a file, takes several
 * steps. Milliseconds.
 */
const SETTLE_MS = 250;

/** An open database, until its files are lost. */
export interface Session {
  readonly database: DatabaseSync;
  readonly statements: ReturnType<typeof prepareStatements>;
  readonly ttlCache: SqliteTtlCache;
  /** Counts the sessions of a connection: cursors of an earlier one are void. */
  readonly number: number;
  /** The store's time. Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The connection to one database, reopened where its files are removed, replaced or damaged. SQLite itself goes on with
 * the files it has open, which no other process sees.
 *
 * Not noticed: a file that another program overwrites in place with as many bytes or more. Move files into place.
 *
 * Who pays: three `stat` calls for each call and each poll, some microseconds.
 */
export class SqliteConnection {
  readonly path: string;
  readonly #options: OpeningOptions;
  #opening: Session;
  #files: DatabaseFiles;
  #isDamaged = false;
  /** When the loss was first seen, by `performance.now()`. */
  #lostAt: number | undefined;
  #reopening: Promise<void> | undefined;

  private constructor(path: string, options: OpeningOptions, session: Session) {
    this.path = path;
    this.#options = options;
    this.#opening = session;
    this.#files = identifyFiles(path);
  }

  /** @throws StoreError as `openDatabase` does */
  static async open(path: string, options: OpeningOptions): Promise<SqliteConnection> {
    // Absolute, so that SQLite reads neither `:memory:` nor a `file:` URI into it.
    const file = resolve(path);
    return new SqliteConnection(file, options, await openSession(file, options, 1));
  }

  /** The newest one, even if its files are lost by now. */
  get session(): Session {
    return this.#opening;
  }

  /** What happened to its files; undefined where all are there. */
  get loss(): FileLoss | undefined {
    if (this.#isDamaged) return 'damaged';
    const files = identifyFiles(this.path);
    const loss = lossBetween(this.#files, files);
    // The file may have grown.
    if (loss === undefined) this.#files = files;
    return loss;
  }

  /** Reopens it where it was lost for `SETTLE_MS`. @throws StoreError where that fails: it can be tried again */
  async reopenIfLost(): Promise<void> {
    const { loss } = this;
    if (loss === undefined) {
      this.#lostAt = undefined;
      return;
    }
    if (loss === 'replaced') removeStaleLogs(this.path, this.#files);
    this.#lostAt ??= performance.now();
    if (performance.now() - this.#lostAt < SETTLE_MS) {
      throw new StoreError('store_failed', `${this.path} was lost while it was open: ${loss}`);
    }
    this.#reopening ??= this.#reopen(loss).finally(() => (this.#reopening = undefined));
    await this.#reopening;
    this.#lostAt = undefined;
  }

  /** Records the error of a statement. */
  noteFailure(error: unknown): void {
    if (isCorruption(error)) this.#isDamaged = true;
  }

  close(): void {
    if (this.#opening.database.isOpen) this.#opening.database.close();
  }

  async #reopen(loss: FileLoss): Promise<void> {
    const { database, number, now } = this.#opening;
    restoreFiles(this.path, loss, this.#files, database);
    // Whatever file is there now, the store's time continues as this process knows it.
    const options = { ...this.#options, mayCreate: true, aheadMs: Math.round(now() - machineMs()) };
    this.#opening = await openSession(this.path, options, number + 1);
    this.#files = identifyFiles(this.path);
    this.#isDamaged = false;
    closeLost(database);
  }
}

async function openSession(path: string, options: OpeningOptions, number: number): Promise<Session> {
  const { database, aheadMs } = await openDatabase(path, options);
  const now = (): number => Math.floor(machineMs() + aheadMs);
  return {
    database,
    statements: prepareStatements(database),
    ttlCache: prepareTtlCache(database, now),
    number,
    now,
  };
}

/** SQLite does not touch the files that are in the place of the lost ones: it checks that they are those it opened. */
function closeLost(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // A damaged database reports an error, and is closed all the same.
  }
}
