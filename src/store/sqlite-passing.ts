import type { DatabaseSync } from 'node:sqlite';
import { limits } from './rules.ts';

/** How many are kept at most of what passes and of what lasts, each: some gigabytes of disk. */
const MAX_PASSING = 10_000_000;
/** How many that are over go for each new one: more than one, so that they go faster than they come. */
const SWEPT = 4;

/** The statements for values that pass by. Each is a short write or a read by key. */
export interface PassingStatements {
  /** Within a transaction of the caller's. */
  remember(id: string, value: string, ttlMs: number): void;
  recall(id: string): string | undefined;
  forget(id: string): void;
}

/**
/**
 * Prepares the statements. What is to last has a table of its own, so that no number of others takes its place.
 * @param now - the store's time. Milliseconds since the epoch
 */
export function preparePassing(
  database: DatabaseSync,
  now: () => number,
  maxKept = MAX_PASSING,
): PassingStatements {
  const passing = prepareTable(database, 'passing', now, maxKept);
  const lasting = prepareTable(database, 'lasting', now, maxKept);
  return {
    remember: (id, value, ttlMs) => {
      const [into, other] = ttlMs > limits.lastingMs ? [lasting, passing] : [passing, lasting];
      other.forget(id);
      into.remember(id, value, ttlMs);
    },
    recall: (id) => passing.recall(id) ?? lasting.recall(id),
    forget: (id) => {
      passing.forget(id);
      lasting.forget(id);
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
  maxKept: number,
): PassingStatements {
  const upsert = database.prepare(`INSERT OR REPLACE INTO ${table} (id, value, expires_at) VALUES (?, ?, ?)`);
  const sweep = database.prepare(`
    DELETE FROM ${table} WHERE rowid IN (
      SELECT rowid FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEPT}
    )`);
  const bound = database.prepare(`
    DELETE FROM ${table} WHERE rowid IN (
      SELECT rowid FROM ${table} WHERE rowid <= ? ORDER BY rowid LIMIT ${SWEPT}
    )`);
  const find = database.prepare(`SELECT value FROM ${table} WHERE id = ? AND expires_at > ?`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
  return {
    remember: (id, value, ttlMs) => {
      const at = now();
      const { lastInsertRowid } = upsert.run(id, value, at + Math.ceil(ttlMs));
      sweep.run(at);
      bound.run(Number(lastInsertRowid) - maxKept);
    },
    recall: (id) => {
      const value = find.get(id, now())?.['value'];
      return typeof value === 'string' ? value : undefined;
    },
    forget: (id) => void remove.run(id),
  };
}
