import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../contract.ts';

const IS_HELD = 'name = :name AND holder = :holder AND token = :token AND expires_at > :now';

/** The statements for values and leases. `:now` is the store's time, in milliseconds since the epoch. */
export function prepareStatements(database: DatabaseSync) {
  const select = 'SELECT id, value, revision FROM entry WHERE';
  return {
    find: database.prepare(`${select} id = ?`),
    changes: database.prepare(`${select} revision > ? ORDER BY revision LIMIT ?`),
    lastRevision: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'entry'"),
    write: database.prepare(
      'INSERT OR REPLACE INTO entry (id, value) VALUES (?, ?) RETURNING id, value, revision',
    ),
    acquire: database.prepare(`
      INSERT INTO lease VALUES (:name, :holder, 1, :now + :ttlMs)
      ON CONFLICT DO UPDATE SET
        holder = excluded.holder,
        token = token + (expires_at <= :now),
        expires_at = excluded.expires_at
      WHERE expires_at <= :now OR holder = excluded.holder
      RETURNING token`),
    release: database.prepare(`UPDATE lease SET expires_at = 0 WHERE ${IS_HELD}`),
    dataVersion: database.prepare('PRAGMA data_version'),
  };
}

/** A row of the database. */
export type Row = Record<string, unknown>;

/** @throws TypeError where the row is not one that Sparekey writes */
export function toChange(row: Row | undefined): Change {
  const { id, value, revision } = row ?? {};
  if (typeof id !== 'string' || (value !== null && typeof value !== 'string')) {
    throw new TypeError('A row of the database has values of the wrong type');
  }
  return { id, value: value ?? undefined, revision: toInteger(revision) };
}

/** @throws TypeError where it is no number */
export function toInteger(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('A row of the database has values of the wrong type');
  return value;
}
