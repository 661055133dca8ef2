import { parseConfig } from '../../src/config/load/load.ts';
import { startSparekey, type Running } from '../../src/main.ts';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { Log } from '../../src/telemetry/contract.ts';

export const MODEL = 'gpt-5';

/** What the keys of the demonstration are called. */
export const NAMES = ['amber', 'cobalt', 'coral', 'ivory', 'jade'] as const;
export type Name = (typeof NAMES)[number];

/** What a key does when nothing is wrong with it: it answers, a word at a time. */
export const HEALTHY: readonly Behaviour[] = [{ kind: 'answer', chunkDelayMs: 20 }];

/** The credential of a key, as the simulated provider knows it. */
export function tokenOf(name: Name): string {
  return `sk-demo-${name}-0123456789`;
}

/** A pretend provider, and a gateway in front of it. */
export interface Demo {
  readonly simulator: Simulator;
  readonly sparekey: Running;
  /** The base URL for clients. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts both on free ports. Nothing is written to disk. */
export async function openDemo(log: Log): Promise<Demo> {
  const keys = Object.fromEntries(NAMES.map((name) => [tokenOf(name), { behaviours: HEALTHY }]));
  const simulator = await startSimulator({ script: { keys, knownKeysOnly: true } });
  const loaded = parseConfig(configuration(simulator.url), { env: {} });
  if (!loaded.ok)
    throw new TypeError(`the demonstration's configuration: ${JSON.stringify(loaded.problems)}`);
  const sparekey = await startSparekey(loaded.config, { log });
  const { host, port } = sparekey.address;
  return {
    simulator,
    sparekey,
    url: `http://${host}:${port}/v1`,
    close: async () => {
      await sparekey.drain();
      await simulator.close();
    },
  };
}

/** Quicker than one would have it for a real provider, so that there is something to see. */
function configuration(baseUrl: string): string {
  const tokens = NAMES.map((name) => `      - { key: ${tokenOf(name)}, name: ${name} }`);
  return `
listen: 127.0.0.1:0
admin: { listen: 127.0.0.1:0 }
state: 'memory:'
providers:
  - id: pretend
    type: openai
    baseUrl: ${baseUrl}
    apiTokens:
${tokens.join('\n')}
    attempts: ${NAMES.length}
    firstOutputTimeout: 700ms
    failover:
      enabled: true
      failureThreshold: 2
      successThreshold: 1
      healthCheckModel: ${MODEL}
      healthCheckInterval: 500ms
      healthCheckMaxInterval: 1s
      healthCheckTimeout: 700ms
`;
}
