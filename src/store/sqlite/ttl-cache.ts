import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../rules.ts';

/** Of short-lived and of long-lived entries, each: some gigabytes of disk. */
const MAX_ENTRIES = 10_000_000;
/** Expired entries removed for each new one: more than one, so that they go faster than they come. */
const SWEEP_BATCH = 4;

/** A TTL cache in a database. Each call is a short write or a read by key. */
export interface SqliteTtlCache {
  /** Within a transaction of the caller's. */
  set(id: string, value: string, ttlMs: number): void;
  get(id: string): string | undefined;
  delete(id: string): void;
}

/**
 * Prepares the statements. Long-lived entries have a table of their own, so that others never evict them.
 * @param now - the store's time. Milliseconds since the epoch
 */
export function prepareTtlCache(
  database: DatabaseSync,
  now: () => number,
  maxEntries = MAX_ENTRIES,
): SqliteTtlCache {
  const shortLived = prepareTable(database, 'passing', now, maxEntries);
  const longLived = prepareTable(database, 'lasting', now, maxEntries);
  return {
    set: (id, value, ttlMs) => {
      const [into, other] = ttlMs > limits.longLivedMs ? [longLived, shortLived] : [shortLived, longLived];
      other.delete(id);
      into.set(id, value, ttlMs);
    },
    get: (id) => shortLived.get(id) ?? longLived.get(id),
    delete: (id) => {
      shortLived.delete(id);
      longLived.delete(id);
    },
  };
}

/**
 * A replaced row gets a new row id, so row ids are in order of setting: rows further back than the bound go when a new
 * one comes.
 */
function prepareTable(
  database: DatabaseSync,
  table: 'passing' | 'lasting',
  now: () => number,
  maxEntries: number,
): SqliteTtlCache {
  const upsert = database.prepare(`INSERT OR REPLACE INTO ${table} (id, value, expires_at) VALUES (?, ?, ?)`);
  const sweep = database.prepare(`
    DELETE FROM ${table} WHERE rowid IN (
      SELECT rowid FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP_BATCH}
    )`);
  const bound = database.prepare(`
    DELETE FROM ${table} WHERE rowid IN (
      SELECT rowid FROM ${table} WHERE rowid <= ? ORDER BY rowid LIMIT ${SWEEP_BATCH}
    )`);
  const find = database.prepare(`SELECT value FROM ${table} WHERE id = ? AND expires_at > ?`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
  return {
    set: (id, value, ttlMs) => {
      const at = now();
      const { lastInsertRowid } = upsert.run(id, value, at + Math.ceil(ttlMs));
      sweep.run(at);
      bound.run(Number(lastInsertRowid) - maxEntries);
    },
    get: (id) => {
      const value = find.get(id, now())?.['value'];
      return typeof value === 'string' ? value : undefined;
    },
    delete: (id) => void remove.run(id),
  };
}
