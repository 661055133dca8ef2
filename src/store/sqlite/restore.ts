import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { createPrivateFile } from './database.ts';
import { identifyFiles } from './file-identity.ts';
import type { FileLoss, DatabaseFiles } from './file-identity.ts';

/** A process that began to put files back and has not ended by then has died over it. Milliseconds. */
const STALE_LOCK_MS = 10_000;

/**
 * Puts back the files of a database that were lost while it was open, so that it can be opened again. Of all processes
 * that notice, one does it at a time; the others find another file in the place then, which is theirs to open.
 *
 * What was removed is still there for those who had it open, with all that they know of it, and is copied from there.
 * What was damaged is set aside, as `PATH-damaged`, and the place is empty then.
 *
 * Who pays: nobody but in that moment, when the event loop stands still for the copy: some 10 ms for 10 MB.
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
    // They belong to the database that was lost, and would be read into the new one.
    for (const ending of ['-wal', '-shm']) rmSync(path + ending, { force: true });
    if (loss !== 'damaged') renameSync(copy, path);
    else if (database !== undefined) renameSync(path, `${path}-damaged`);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The log and shared memory of a file that another has replaced would be read into that one: they go at once. */
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
