import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { loadConfig } from '../../src/config/load/load.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { readPlan } from '../../src/import/import.ts';
import type { ImportSource } from '../../src/import/import.ts';
import type { Plan } from '../../src/import/plan.ts';
import { writePlan } from '../../src/import/write.ts';
import { startSparekey } from '../../src/main.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';

/** 2026-11-30, in seconds: tokens that expired before are of no use. */
export const NOW = 1_796_000_000;

/** What an import wrote, read again. */
export interface Imported {
  readonly plan: Plan;
  /** The text of the configuration. */
  readonly text: string;
  readonly config: Config;
  /** The files of secrets, by their names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What is not carried: `place: what`. */
  readonly left: readonly string[];
}

/** Imports a file into its folder, and loads the configuration as `sparekey check` does. Throws where that finds a mistake. */
export async function imported(
  source: ImportSource,
  folder: string,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Imported> {
  const plan = await readPlan(source, join(folder, name), { env, now: NOW });
  const output = join(folder, 'sparekey.yaml');
  const keys = join(folder, 'keys');
  await writePlan(plan, { output, keys, force: false }, ['A test.']);
  const loaded = await loadConfig(output, env);
  if (!loaded.ok) throw new Error(`the configuration is not valid: ${JSON.stringify(loaded.problems)}`);
  return {
    plan,
    text: await readFile(output, 'utf8'),
    config: loaded.config,
    secrets: await textsIn(keys),
    left: plan.notes.flatMap(({ what, places }) => places.map((place) => `${place}: ${what}`)),
  };
}

async function textsIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { mode } = await stat(path);
      if ((mode & 0o077) !== 0) throw new Error(`${name} can be read by others`);
      return [name, await readFile(path, 'utf8')] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** A database of rows, with the columns that they have. */
export function databaseAt(path: string, tables: Readonly<Record<string, readonly Row[]>>): void {
  using database = new DatabaseSync(path);
  database.exec('BEGIN');
  for (const [table, rows] of Object.entries(tables)) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    database.exec(`CREATE TABLE "${table}" (${columns.map((column) => `"${column}"`).join(', ')})`);
    const insert = database.prepare(`INSERT INTO "${table}" VALUES (${columns.map(() => '?').join(', ')})`);
    for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
  }
  database.exec('COMMIT');
}

type Row = Readonly<Record<string, string | number | Uint8Array | null>>;

/** A gateway with an imported configuration. */
export interface Serving {
  /** Asks for a chat; the answer's status, and what the provider was asked: `KEY model path`. */
  readonly ask: (model: string, options?: AskOptions) => Promise<string>;
}

export interface AskOptions {
  readonly key?: string;
  /** Before `/v1/chat/completions`. */
  readonly prefix?: string;
}

/** Runs a configuration on a free port before a simulator. */
export async function serving(context: TestContext, config: Config, sim: Simulator): Promise<Serving> {
  const gateway = await startSparekey(
    {
      ...config,
      listen: { host: '127.0.0.1', port: 0 },
      admin: { ...config.admin, listen: { host: '127.0.0.1', port: 0 } },
      state: { kind: 'memory' },
    },
    { log: createLog({ level: 'error', format: 'json', stream: process.stderr }) },
  );
  context.after(() => gateway.drain());
  return {
    ask: async (model, { key, prefix = '' } = {}) => {
      const before = sim.requests.length;
      const answer = await fetch(`http://127.0.0.1:${gateway.address.port}${prefix}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
      });
      await answer.text();
      const last = sim.requests.slice(before).findLast(({ method }) => method === 'POST');
      if (last === undefined) return `${answer.status}`;
      const asked = `${last.key} ${last.model} ${last.path.replace(/\?.*$/, '')}`;
      return answer.status === 200 ? asked : `${answer.status} ${asked}`;
    },
  };
}

/** A simulator that lives as long as the test, and its address without a path. */
export async function simulatorFor(
  context: TestContext,
): Promise<{ readonly sim: Simulator; readonly origin: string }> {
  const sim = await startSimulator();
  context.after(() => sim.close());
  return { sim, origin: new URL(sim.url).origin };
}
