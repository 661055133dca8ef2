/**
 * `npm run bench:listen`: how several processes can listen on one port, side by side: throughput, how evenly
 * connections fall to the workers, and what a client meets while workers are killed or restarted. In two minutes.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load, spread } from './listen/load.ts';
import type { Tally } from './listen/load.ts';
import { WAYS, isReport } from './listen/messages.ts';
import type { Order, Report, Way } from './listen/messages.ts';

const WORKERS = 2;
const CLIENTS = 64;
const THROUGHPUT_MS = 3_000;
const ROUNDS_OF_SPREAD = 5;
const ROUNDS_OF_TROUBLE = 10;
/** What a request costs a worker while throughput is measured, and while workers are killed. Microseconds. */
const LIGHT_WORK_US = 0;
const HEAVY_WORK_US = 2_000;

/** The control process has done what it was told by then, or has failed. Milliseconds. */
const REPORT_WITHIN_MS = 60_000;

const CONTROL = fileURLToPath(new URL('listen/control.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sparekey-bench-listen-'));

try {
  for (const way of WAYS) {
    process.stdout.write(`${way}\n`);
    for (const line of [...(await measureSpeed(way)), ...(await measureTrouble(way))])
      process.stdout.write(`  ${line}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

interface Control {
  readonly port: number;
  readonly takenFile: string;
  /** Resolves with how long it took. */
  order(order: Order): Promise<number>;
  close(): Promise<void>;
}

async function start(way: Way, workUs: number): Promise<Control> {
  const takenFile = join(folder, way);
  writeFileSync(takenFile, '');
  const child = fork(CONTROL, [way, String(WORKERS), String(workUs), takenFile]);
  const report = await response(child);
  if (report.kind !== 'listening') throw new TypeError('the control process did something it was not asked');
  return {
    port: report.port,
    takenFile,
    order: async (order) => {
      child.send(order);
      const done = await response(child);
      return done.kind === 'done' ? done.tookMs : NaN;
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function response(child: ChildProcess): Promise<Report> {
  const answer: readonly unknown[] = await once(child, 'message', {
    signal: AbortSignal.timeout(REPORT_WITHIN_MS),
  });
  const [message] = answer;
  if (!isReport(message)) throw new TypeError('the control process reported something else');
  return message;
}

async function measureSpeed(way: Way): Promise<string[]> {
  const control = await start(way, LIGHT_WORK_US);
  const { port } = control;
  const during = (connections: 'kept' | 'new'): Promise<Tally> => {
    const until = performance.now() + THROUGHPUT_MS;
    return load(port, CLIENTS, connections, () => performance.now() > until);
  };
  await during('kept'); // the compiler settles
  const kept = await during('kept');
  const fresh = await during('new');
  const lines = [
    `requests a second, connections kept:   ${perSecond(kept)}`,
    `requests a second, a connection each:  ${perSecond(fresh)}`,
    `${CLIENTS} connections opened at once:        ${await spreads(port, 'once')}`,
    `${CLIENTS} connections, one after the other:  ${await spreads(port, 'turns')}`,
  ];
  await control.close();
  return lines;
}

/** Several times over: chance has a large part in it. */
async function spreads(port: number, at: 'once' | 'turns'): Promise<string> {
  const found: string[] = [];
  for (let round = 0; round < ROUNDS_OF_SPREAD; round += 1)
    found.push(shares(await spread(port, CLIENTS, at)));
  return found.join(', ');
}

/** Under a load of new connections that is more than the workers can take, so that some always wait. */
async function measureTrouble(way: Way): Promise<string[]> {
  const lines: string[] = [];
  for (const kind of ['kill', 'restart', 'kill-all'] as const) {
    const control = await start(way, HEAVY_WORK_US);
    let isOver = false;
    const clients = load(control.port, CLIENTS, 'new', () => isOver);
    let missingMs = 0;
    for (let round = 0; round < ROUNDS_OF_TROUBLE; round += 1) {
      await sleep(200);
      missingMs += await control.order(kind === 'kill-all' ? { kind } : { kind, worker: round % WORKERS });
    }
    isOver = true;
    const taken = new Set(readFileSync(control.takenFile, 'utf8').split('\n'));
    lines.push(`${kind.padEnd(8)} ${describeTrouble(await clients, taken, missingMs)}`);
    await control.close();
  }
  return lines;
}

function describeTrouble(tally: Tally, taken: ReadonlySet<string>, missingMs: number): string {
  const open = tally.failed.filter(({ port }) => taken.has(String(port)));
  const never = tally.failed.filter(({ port }) => !taken.has(String(port)));
  const errors = Object.entries(Object.groupBy(never, ({ error }) => error)).map(
    ([error, list = []]) => `${list.length} ${error}`,
  );
  return [
    `×${ROUNDS_OF_TROUBLE}: ${tally.answered} answered`,
    `${open.length} open in a worker lost`,
    `${never.length} lost that no worker had taken${errors.length === 0 ? '' : ` (${errors.join(', ')})`}`,
    `slowest ${Math.round(tally.slowestMs)} ms`,
    `a worker missing for ${Math.round(missingMs / ROUNDS_OF_TROUBLE)} ms`,
  ].join(', ');
}

function perSecond({ answered }: Tally): string {
  return String(Math.round((answered / THROUGHPUT_MS) * 1000));
}

function shares({ by }: Tally): string {
  return Array.from({ length: WORKERS }, (_, number) => by.get(String(number)) ?? 0).join(':');
}
