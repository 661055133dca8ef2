import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { RedisServer } from '../../test/store/redis/redis-server.ts';
import { GatewayProcess } from '../../test/support/gateway-process.ts';
import { LogWatch } from './log-watch.ts';
import { openTraffic } from './traffic.ts';

/** Where the gateways keep the state that they share. */
export const STORES = ['sqlite', 'redis'] as const;
export type StoreKind = (typeof STORES)[number];

export const GATEWAYS = 3;
export const WORKERS = 2;
/** Of each gateway: its workers, and the process that looks after them. */
const PROCESSES = GATEWAYS * (WORKERS + 1);

/** The key that is revoked in every trial, and one that is there for the requests. */
export const VICTIM = 'sk-victim-0123456789abcdef';
const GOOD = 'sk-good-0123456789abcdef';
/** Most requests meet the key in question, so that the last one to do so is seen. */
const VICTIM_WEIGHT = 9;

/** Three gateways before one pretend provider, with traffic on every worker, until it is disposed of. */
export interface Testbed extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly adminUrl: string;
  /** What the processes of all gateways say of keys. */
  readonly logWatch: LogWatch;
}

/** @param periodMs - from one request of a worker to the next */
export async function startTestbed(kind: StoreKind, periodMs: number): Promise<Testbed> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-propagation-'));
  starting.defer(() => rm(folder, { recursive: true }));
  const simulator = await startSimulator();
  starting.defer(() => simulator.close());
  let state = 'sqlite:./state.db';
  if (kind === 'redis') {
    const redis = await RedisServer.start();
    starting.defer(() => redis.dispose());
    state = `redis://127.0.0.1:${redis.port}/0`;
  }
  await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify(configuration(state, simulator.url)));

  const logWatch = new LogWatch(PROCESSES);
  const gateways: GatewayProcess[] = [];
  for (let number = 1; number <= GATEWAYS; number += 1) {
    const gateway = await GatewayProcess.start(folder, (line) => logWatch.onLine(number, line));
    gateways.push(starting.use(gateway));
  }
  for (const { url } of gateways) starting.use(await openTraffic(url, WORKERS, periodMs));
  const stack = starting.move();
  return {
    simulator,
    adminUrl: gateways[0]?.adminUrl ?? '',
    logWatch,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function configuration(state: string, baseUrl: string): object {
  return {
    state,
    workers: WORKERS,
    // At this level every worker logs it when it hears that a key left service.
    log: { level: 'debug', format: 'json' },
    providers: [
      {
        id: 'sim',
        type: 'openai',
        baseUrl,
        apiTokens: [{ key: VICTIM, name: 'victim', weight: VICTIM_WEIGHT }, GOOD],
        // No check is due while we measure.
        failover: { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' },
      },
    ],
  };
}
