import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { started } from '../cli/tools.ts';
import { folderFor } from '../support/folder.ts';
import type { RunOptions, Started } from '../cli/tools.ts';
import { simulatedProvider } from '../support/gateway.ts';
import { ask, MAX_REQUESTS } from '../support/http.ts';
import type { HttpAnswer } from '../support/http.ts';
import { until } from '../support/until.ts';

export const KEY = 'sk-known-0123456789abcdef-wxyz';

const listing = z.object({
  workers: z.array(
    z.object({
      number: z.number(),
      pid: z.number().nullable(),
      state: z.string(),
      since: z.string(),
      restarts: z.number(),
    }),
  ),
});

/** A worker as the admin API shows it. */
export type ShownWorker = z.infer<typeof listing>['workers'][number];

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A gateway with workers, as processes of their own, before a simulator. */
export interface GatewayWithWorkers extends Started {
  readonly simulator: Simulator;
  readonly cwd: string;
  /** Writes the configuration anew, with these options over those it was started with. */
  save(more: Readonly<Record<string, unknown>>): Promise<void>;
  workers(): Promise<readonly ShownWorker[]>;
  /** The process of a worker that is ready. */
  pidOf(number: number): Promise<number>;
  /** The lines of the log so far. Throws where one of them is not whole. */
  logs(): readonly LogLine[];
  /** Resolves with the lines that fit, once there are so many. */
  logged(count: number, fits: (line: LogLine) => boolean): Promise<readonly LogLine[]>;
}

/** Starts a gateway, with two workers unless `options` says otherwise. */
export async function gatewayWithWorkers(
  context: TestContext,
  options: Readonly<Record<string, unknown>> = {},
  runOptions: RunOptions = {},
): Promise<GatewayWithWorkers> {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const cwd = await folderFor(context);
  const path = join(cwd, 'sparekey.yaml');
  const first = { workers: 2, providers: [simulatedProvider(simulator, [KEY])], ...options };
  await writeFile(path, JSON.stringify(first));
  const gateway = await started(context, [], { ...runOptions, cwd });
  const banner = gateway.stdout().length;
  const workers = async (): Promise<readonly ShownWorker[]> => {
    const answer = await ask(gateway.adminUrl, { method: 'GET', path: '/api/workers' });
    return listing.parse(answer.json()).workers;
  };
  const logs = (): readonly LogLine[] => {
    const whole = gateway.stdout().slice(banner);
    const lines = whole.slice(0, whole.lastIndexOf('\n') + 1).split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  };
  return {
    ...gateway,
    simulator,
    cwd,
    save: async (more) => {
      const text = await readFile(path, 'utf8');
      const next = JSON.stringify({ ...first, ...more });
      if (next !== text) await writeFile(path, next);
    },
    workers,
    pidOf: async (number) => {
      let pid: number | null | undefined;
      await until(async () => {
        const worker = (await workers()).find((each) => each.number === number);
        pid = worker?.state === 'ready' ? worker.pid : undefined;
        return typeof pid === 'number';
      });
      return pid ?? NaN;
    },
    logs,
    logged: async (count, fits) => {
      await until(() => logs().filter(fits).length >= count);
      return logs().filter(fits);
    },
  };
}

/** One connection to one worker, whichever took it. */
export interface WorkerConnection {
  /** Tells workers apart. */
  readonly worker: string;
  ask: (asking?: Parameters<typeof ask>[1]) => Promise<HttpAnswer>;
}

/** Opens connections until there is one to each of `count` workers. */
export async function connectToEachWorker(
  context: TestContext,
  url: string,
  count: number,
): Promise<readonly WorkerConnection[]> {
  const lines = new Map<string, WorkerConnection>();
  let opened = 0;
  await until(async () => {
    assert.ok(opened++ < MAX_REQUESTS, `${lines.size} workers of ${count} have answered`);
    const line = await connectToWorker(context, url);
    if (!lines.has(line.worker)) lines.set(line.worker, line);
    return lines.size === count;
  });
  return [...lines.values()];
}

/** Request ids begin alike in one process and differently in different ones. */
const ID_PREFIX_LENGTH = 'req_12345678'.length;

/** Opens a connection to whichever worker takes it. */
export async function connectToWorker(context: TestContext, url: string): Promise<WorkerConnection> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  context.after(() => agent.destroy());
  const { headers } = await ask(url, { method: 'GET', path: '/health', agent });
  return {
    worker: String(headers['x-request-id']).slice(0, ID_PREFIX_LENGTH),
    ask: (asking) => ask(url, { ...asking, agent }),
  };
}

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: it has gone
  }
}
