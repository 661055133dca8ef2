import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { createPrivateFile } from './database.ts';
import { identifyFiles } from './file-identity.ts';
import type { FileLoss, DatabaseFiles } from './file-identity.ts';

/** A lock that is older belongs to a process that died. Milliseconds. */
const STALE_LOCK_MS = 10_000;

/**
 * Restores the files of a database that were lost while it was open, so that it can be opened again. One process does it
 * at a time; the others then find a new file to open.
 *
 * A removed database is still readable where it is open, and is copied from there. A damaged one is renamed to
 * `PATH-damaged`, and a new one begins empty.
 *
 * Who pays: nobody but in that moment, when the event loop is blocked for the copy: some 10 ms for 10 MB.
 * @throws StoreError `store_busy` while another process does it; an error of the system where it cannot be done, such
 *   as a folder that is not there: it can be tried again
 */
export function restoreFiles(path: string, loss: FileLoss, known: DatabaseFiles, open: DatabaseSync): void {
  if (loss === 'replaced') return;
  const lock = `${path}-restoring`;
  takeLock(lock);
  try {
    const { database } = identifyFiles(path);
    if (database !== undefined && database !== known.database) return;
    const copy = `${path}-copy`;
    rmSync(copy, { force: true });
    if (loss !== 'damaged') {
      createPrivateFile(copy);
      open.prepare('VACUUM INTO ?').run(copy);
    }
    // They belong to the lost database, and would be applied to the new one.
    for (const ending of ['-wal', '-shm']) rmSync(path + ending, { force: true });
    if (loss !== 'damaged') renameSync(copy, path);
    else if (database !== undefined) renameSync(path, `${path}-damaged`);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The log and shared memory of a replaced file would be applied to its replacement: they are removed at once. */
export function removeStaleLogs(path: string, known: DatabaseFiles): void {
  const { log, sharedMemory } = identifyFiles(path);
  if (log !== undefined && log === known.log) rmSync(`${path}-wal`, { force: true });
  if (sharedMemory !== undefined && sharedMemory === known.sharedMemory)
    rmSync(`${path}-shm`, { force: true });
}

function takeLock(lock: string): void {
  const held = statSync(lock, { throwIfNoEntry: false });
  if (held !== undefined && Math.abs(Date.now() - held.mtimeMs) > STALE_LOCK_MS)
    rmSync(lock, { force: true });
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new StoreError('store_busy', 'Another process is putting the files of the database back', {
      cause: error,
    });
  }
}
