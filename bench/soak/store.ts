import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/store/redis/redis-server.ts';
import type { Tally } from './tally.ts';

/** The store of all nodes, and what befalls it. */
export interface SoakedStore extends AsyncDisposable {
  /** For the configuration. */
  readonly state: string;
  /** Lets one fault happen, the next of its kinds, and resolves when it is over. */
  fault(counts: Tally): Promise<void>;
  /** How much it holds. */
  size(): Promise<number>;
}

/** How long the store is away. Milliseconds. */
const AWAY_MS = 4_000;

/** A Redis that is killed, frozen and flushed. */
export async function redisStore(): Promise<SoakedStore> {
  const redis = await RedisServer.start({ args: ['--appendonly', 'yes', '--appendfsync', 'everysec'] });
  const faults = [
    {
      name: 'killed, and back with what it had written',
      run: async () => {
        await redis.kill();
        await sleep(AWAY_MS);
        await redis.start();
      },
    },
    {
      name: 'frozen',
      run: async () => {
        redis.freeze();
        await sleep(AWAY_MS);
        redis.thaw();
      },
    },
    { name: 'flushed', run: () => redis.command('FLUSHALL') },
  ];
  let next = 0;
  return {
    state: `redis://127.0.0.1:${redis.port}/0`,
    fault: async (counts) => {
      const fault = faults[next++ % faults.length];
      await fault?.run();
      counts.add(`store: ${fault?.name}`);
    },
    size: async () => Number(await redis.command('DBSIZE')),
    [Symbol.asyncDispose]: () => redis.dispose(),
  };
}

/** A SQLite file that another program keeps locked for a while. */
export function sqliteStore(folder: string): SoakedStore {
  const path = join(folder, 'state.db');
  return {
    state: `sqlite:${path}`,
    fault: async (counts) => {
      using database = new DatabaseSync(path);
      database.exec('PRAGMA busy_timeout = 1000; BEGIN IMMEDIATE');
      await sleep(AWAY_MS);
      database.exec('ROLLBACK');
      counts.add('store: locked by another program');
    },
    size: async () => {
      using database = new DatabaseSync(path, { readOnly: true });
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
      return tables.reduce(
        (sum, { name }) =>
          sum +
          Number(database.prepare(`SELECT count(*) AS rows FROM "${String(name)}"`).get()?.['rows'] ?? 0),
        0,
      );
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
