import { statSync } from 'node:fs';

/** The files of a database, by device and inode; undefined for one that is not there. */
export interface DatabaseFiles {
  readonly database: string | undefined;
  readonly log: string | undefined;
  readonly sharedMemory: string | undefined;
  /** Of the database's own file, which never shrinks while it is open: it is not vacuumed. Bytes. */
  readonly size: number;
}

/** What happened to the files of an open database. */
export type FileLoss =
  /** The database's own file has gone. */
  | 'removed'
  /** Another file is in its place. */
  | 'replaced'
  /** Its log or shared memory has gone, or is another: who opens it now sees less than who had it open before. */
  | 'log-removed'
  /** The file itself is no longer what it was. */
  | 'damaged';

/** Identifies the files of a database. Opens none: closing one would release SQLite's locks on it. */
export function identifyFiles(path: string): DatabaseFiles {
  const database = identify(path);
  return {
    database: database?.identity,
    log: identify(`${path}-wal`)?.identity,
    sharedMemory: identify(`${path}-shm`)?.identity,
    size: database?.size ?? 0,
  };
}

/** What happened between two looks; undefined where all are there. */
export function lossBetween(before: DatabaseFiles, after: DatabaseFiles): FileLoss | undefined {
  if (after.database === undefined) return 'removed';
  if (after.database !== before.database) return 'replaced';
  if (after.size < before.size) return 'damaged';
  const isWhole = after.log === before.log && after.sharedMemory === before.sharedMemory;
  return isWhole ? undefined : 'log-removed';
}

function identify(path: string): { readonly identity: string; readonly size: number } | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { identity: `${found.dev}:${found.ino}`, size: found.size };
  } catch {
    // A folder on the way that may not be entered, or is none: for us the file has gone.
    return undefined;
  }
}
