import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulator } from '../../../simulator/simulator.ts';
import { RedisServer } from '../../store/redis/redis-server.ts';
import { adminKeysAt, simulatedProvider } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { Checks } from './checks.ts';

/** Where nodes probe, and how. */
export interface ProbingOptions {
  /** For the nodes' configuration. */
  readonly folder: string;
  readonly nodes: number;
  /** How many keys are out of service, and stay so. */
  readonly keys: number;
  /** From one check of a key to the next. Milliseconds. */
  readonly intervalMs: number;
}

/** Several nodes on one Redis, whose keys are all out of service. */
export interface Probing extends AsyncDisposable {
  readonly nodes: readonly GatewayProcess[];
  readonly checks: Checks;
}

/** How long each check is under way, so that two of one key can be seen side by side. Milliseconds. */
const CHECK_MS = 100;

/** Starts the nodes and has them find all keys dead. Whoever does so disposes of it. */
export async function startProbing({
  folder,
  nodes: count,
  keys,
  intervalMs,
}: ProbingOptions): Promise<Probing> {
  await using starting = new AsyncDisposableStack();
  const secrets = Array.from({ length: keys }, (_, number) => `sk-dead-${number}-0123456789abcdef`);
  const behaviours = [{ kind: 'invalid-key', models: ['gpt-5'] }, { kind: 'hang' }] as const;
  const simulator = await startSimulator({
    script: { keys: Object.fromEntries(secrets.map((secret) => [secret, { behaviours }])) },
  });
  starting.defer(() => simulator.close());
  const redis = await RedisServer.start();
  starting.defer(() => redis.dispose());
  const provider = simulatedProvider(simulator, secrets, {
    failover: {
      enabled: true,
      healthCheckModel: 'gpt-5-nano',
      healthCheckInterval: intervalMs,
      healthCheckMaxInterval: intervalMs,
      healthCheckTimeout: CHECK_MS,
    },
  });
  const state = `redis://127.0.0.1:${redis.port}/0`;
  await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify({ state, providers: [provider] }));
  const nodes: GatewayProcess[] = [];
  while (nodes.length < count) nodes.push(starting.use(await GatewayProcess.start(folder)));
  const [first] = nodes;
  if (first === undefined) throw new RangeError('nobody to probe');
  await until(async () => {
    await ask(first.url);
    return (await adminKeysAt(first.adminUrl)).every(({ state: each }) => each === 'out-of-service');
  });
  const checks = starting.use(new Checks(simulator, secrets, intervalMs));
  const resources = starting.move();
  return { nodes, checks, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** The nodes that say that they probe. */
export async function probersAmong(nodes: readonly GatewayProcess[]): Promise<readonly GatewayProcess[]> {
  const answers = await Promise.all(
    nodes.map(({ adminUrl }) => ask(adminUrl, { method: 'GET', path: '/api/state' })),
  );
  return nodes.filter((_, index) => answers[index]?.text.includes('"probing":["sim"]'));
}

/**
 * Kills the node that probes.
 * @returns how long nobody probed then, in milliseconds, and the nodes that are left
 */
export async function killProber({ nodes, checks }: Probing): Promise<{
  readonly gapMs: number;
  readonly left: readonly GatewayProcess[];
}> {
  let prober: GatewayProcess | undefined;
  await until(async () => {
    [prober] = await probersAmong(nodes);
    return prober !== undefined;
  });
  await prober?.kill();
  const killedAt = Date.now();
  let resumedAt: number | undefined;
  await until(async () => (resumedAt = checks.firstAfter(killedAt)) !== undefined);
  return { gapMs: (resumedAt ?? NaN) - killedAt, left: nodes.filter((node) => node !== prober) };
}
