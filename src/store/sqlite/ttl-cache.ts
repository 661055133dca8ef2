import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../rules.ts';

/** How many are kept at most of what passes and of what lasts, each: some gigabytes of disk. */
const MAX_ENTRIES = 10_000_000;
/** How many that are over go for each new one: more than one, so that they go faster than they come. */
const SWEEP_BATCH = 4;

/** The statements for values that pass by. Each is a short write or a read by key. */
export interface SqliteTtlCache {
  /** Within a transaction of the caller's. */
  set(id: string, value: string, ttlMs: number): void;
  get(id: string): string | undefined;
  delete(id: string): void;
}

/**
/**
 * Prepares the statements. What is to last has a table of its own, so that no number of others takes its place.
 * @param now - the store's time. Milliseconds since the epoch
 */
export function prepareTtlCache(
  database: DatabaseSync,
  now: () => number,
  maxEntries = MAX_ENTRIES,
): SqliteTtlCache {
  const passing = prepareTable(database, 'passing', now, maxEntries);
  const lasting = prepareTable(database, 'lasting', now, maxEntries);
  return {
    set: (id, value, ttlMs) => {
      const [into, other] = ttlMs > limits.longLivedMs ? [lasting, passing] : [passing, lasting];
      other.delete(id);
      into.set(id, value, ttlMs);
    },
    get: (id) => passing.get(id) ?? lasting.get(id),
    delete: (id) => {
      passing.delete(id);
      lasting.delete(id);
    },
  };
}

/**
 * A replaced row gets a new row id, so row ids stand in order of remembering: whatever is further back than the bound
 * goes when something new comes.
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
