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
 * What has happened to the files is acted on when it has stood for so long: whoever removes a folder, or one file to put
 * another in its place, is to have done so. Milliseconds.
 */
const SETTLE_MS = 250;

/** A database as it was opened, until its files are lost. */
export interface Session {
  readonly database: DatabaseSync;
  readonly statements: ReturnType<typeof prepareStatements>;
  readonly ttlCache: SqliteTtlCache;
  /** Of those of one connection: what was learned from another may not hold. */
  readonly number: number;
  /** The store's time. Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The connection to one database, made anew where its files are removed, replaced or damaged. SQLite itself goes on
 * with what it has open, which nobody else sees.
 *
 * Not noticed: a file that is written over in place by another program, with as much or more. Move files into place.
 *
 * Who pays: three looks at the file system for each call and each poll, some microseconds.
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

  /** As it was opened last, be it lost meanwhile or not. */
  get session(): Session {
    return this.#opening;
  }

  /** What has happened to its files; undefined where it is all there. */
  get loss(): FileLoss | undefined {
    if (this.#isDamaged) return 'damaged';
    const files = identifyFiles(this.path);
    const loss = lossBetween(this.#files, files);
    // It grows.
    if (loss === undefined) this.#files = files;
    return loss;
  }

  /** Opens it anew where it was lost for `SETTLE_MS`. @throws StoreError where it cannot be: it can be tried again */
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

  /** Takes notice of what a statement failed with. */
  noteFailure(error: unknown): void {
    if (isCorruption(error)) this.#isDamaged = true;
  }

  close(): void {
    if (this.#opening.database.isOpen) this.#opening.database.close();
  }

  async #reopen(loss: FileLoss): Promise<void> {
    const { database, number, now } = this.#opening;
    restoreFiles(this.path, loss, this.#files, database);
    // Whatever stands there now, this process knows how far the time is.
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

/** SQLite leaves alone what stands where the files once were: it looks whether they are those that it had opened. */
function closeLost(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // What was damaged cannot be brought to an end in order; it is closed all the same.
  }
}
