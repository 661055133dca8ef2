import type { TestContext } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as z from 'zod';
import { parseConfig } from '../../src/config/load/load.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { startSparekey, type Running } from '../../src/main.ts';
import type { ServiceName } from '../../simulator/request-target.ts';
import type { Behaviour, Script } from '../../simulator/behaviour.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { Log, LogLevel } from '../../src/telemetry/contract.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { until } from './until.ts';

/** Parts of a configuration as a YAML file would hold them. */
export type ConfigParts = Readonly<Record<string, unknown>>;

/** What a test may want to be different. */
export interface TestGatewayOptions {
  /** The keys of the one provider `sim`; by default one that answers. */
  readonly keys?: readonly string[];
  /** What keys do at the simulator; they answer unless it is said here. */
  readonly behaviours?: Readonly<Record<string, readonly Behaviour[]>>;
  /** The simulator's whole script, instead of `behaviours`. */
  readonly script?: Script;
  /** The vendors by whose own rules the simulator refuses requests. Default: none. */
  readonly strict?: readonly ServiceName[];
  /** Options of the provider `sim`, over those of `simulatedProvider`. */
  readonly provider?: ConfigParts;
  /** Options of the configuration's top level; `providers` here replaces the provider `sim`. */
  readonly config?: ConfigParts | ((simulator: Simulator) => ConfigParts);
  /** The whole configuration as text. Ports and state are still chosen by the harness. */
  readonly yaml?: (simulator: Simulator) => string;
  /** `sqlite` is a file in a folder of its own, `memory` the default. A path stays when the gateway closes. */
  readonly state?: 'memory' | 'sqlite' | { readonly path: string };
  /** Environment for `${NAME}` in the configuration. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `debug`. */
  readonly logLevel?: LogLevel;
  /** Lines for people are written as well; `logText` holds both. */
  readonly alsoPretty?: boolean;
}

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A gateway before a simulator, with everything it says kept in memory. */
export interface TestGateway {
  /** The data plane: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly sim: Simulator;
  readonly sparekey: Running;
  /** The configuration it was started with. */
  readonly config: Config;
  /** Path of the SQLite file, where there is one. */
  readonly stateFile: string | undefined;
  /** Every line logged so far, as text. */
  readonly logText: () => string;
  /** Every line logged so far. */
  readonly logs: () => readonly LogLine[];
  /** The lines of requests, oldest first. */
  readonly requests: () => readonly RequestLine[];
  /** Resolves with the log's lines of requests once there are so many. */
  readonly requestsLogged: (count: number) => Promise<readonly RequestLine[]>;
  /** The keys as the admin API shows them. */
  readonly keys: () => Promise<AdminKey[]>;
  /** The one key of `providerId` with this secret, as the admin API shows it. */
  readonly keyOf: (secret: string, providerId?: string) => Promise<AdminKey>;
  /** Attempts under way in the gateway, over all keys. */
  readonly inFlight: () => number;
  /** Goes over to other options; the state and the listeners stay. */
  readonly reload: (options: TestGatewayOptions) => Promise<void>;
  /** Drains the gateway and stops the simulator. Does nothing the second time. */
  readonly close: () => Promise<void>;
}

export const requestLine = z.looseObject({
  id: z.string(),
  method: z.string(),
  path: z.string(),
  client: z.string().optional(),
  operation: z.string().optional(),
  model: z.string().optional(),
  stream: z.boolean().optional(),
  provider: z.string().optional(),
  key: z.string().optional(),
  attempts: z.number(),
  failed: z
    .array(
      z.looseObject({
        provider: z.string(),
        key: z.string(),
        verdict: z.string(),
        rule: z.string(),
        status: z.number().optional(),
        detail: z.string().optional(),
      }),
    )
    .optional(),
  status: z.number(),
  code: z.string().optional(),
  verdict: z.string().optional(),
  bytesIn: z.number(),
  bytesOut: z.number(),
});

/** One request's line in the log. */
export type RequestLine = z.infer<typeof requestLine>;

const adminKey = z.looseObject({
  provider: z.string(),
  id: z.string(),
  name: z.string().nullish(),
  hint: z.string().nullish(),
  state: z.enum(['in-service', 'out-of-service', 'disabled']),
  reason: z.string().nullish(),
  failures: z.number().nullish(),
  passes: z.number().nullish(),
  since: z.string().nullish(),
  nextTryAt: z.string().nullish(),
  models: z.record(z.string(), z.unknown()).optional(),
});

/** A key as `GET /api/keys` shows it. */
export type AdminKey = z.infer<typeof adminKey>;

const adminKeys = z.object({ keys: z.array(adminKey) });

export const GOOD_KEY = 'sk-good-0123456789abcdef';

/** A provider before the simulator: failover on, and no health check due within a test unless it says so. */
export function simulatedProvider(
  simulator: Pick<Simulator, 'url'>,
  keys: readonly string[],
  more: ConfigParts = {},
): ConfigParts {
  return {
    id: 'sim',
    type: 'openai',
    baseUrl: simulator.url,
    apiTokens: keys,
    failover: {
      enabled: true,
      failureThreshold: 1,
      healthCheckModel: 'gpt-5-nano',
      healthCheckInterval: '1h',
    },
    ...more,
  };
}

/** A gateway that lives as long as the test. */
export async function gatewayFor(
  context: TestContext,
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  context.after(() => gateway.close());
  return gateway;
}

/** Starts a simulator and a gateway before it, on free ports. The caller closes it. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const behaviours = Object.entries(options.behaviours ?? {});
  const sim = await startSimulator({
    strict: options.strict ?? [],
    script: options.script ?? {
      keys: Object.fromEntries(behaviours.map(([key, list]) => [key, { behaviours: list }])),
    },
  });
  const { config, stateFile, removeState } = await configOf(options, sim).catch(async (error: unknown) => {
    await sim.close();
    throw error;
  });
  const kept = new KeptLines();
  const { logLevel: level = 'debug' } = options;
  const log = createLog({ level, format: 'json', stream: kept });
  const pretty = new KeptText();
  const logs =
    options.alsoPretty === true ? [log, createLog({ level, format: 'pretty', stream: pretty })] : [log];
  const sparekey = await startSparekey(config, { log: both(logs) });
  const url = `http://127.0.0.1:${sparekey.address.port}`;
  const adminUrl = `http://127.0.0.1:${sparekey.adminAddress.port}`;

  const keys = (): Promise<AdminKey[]> => adminKeysAt(adminUrl, config.admin.token?.reveal());
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await sparekey.drain();
    await sim.close();
    await removeState();
  };

  return {
    url,
    port: sparekey.address.port,
    adminUrl,
    sim,
    sparekey,
    config,
    stateFile,
    logText: () => kept.text + pretty.text,
    logs: () => kept.lines,
    requests: () => kept.requests,
    requestsLogged: async (count) => {
      await until(() => kept.requests.length >= count);
      return kept.requests;
    },
    keys,
    keyOf: async (secret, providerId = 'sim') => {
      const id = idOf(sparekey, secret, providerId);
      const found = (await keys()).find((key) => key.id === id && key.provider === providerId);
      if (found === undefined) throw new Error(`the admin API shows no key ${id} of ${providerId}`);
      return found;
    },
    inFlight: () =>
      [...sparekey.runtime().providers.values()]
        .flatMap(({ pool }) => [...pool.all()])
        .reduce((sum, { inFlight }) => sum + inFlight, 0),
    reload: async (next) => {
      const { config: nextConfig } = await configOf({ ...next, state: 'memory' }, sim);
      await sparekey.reload({ ...nextConfig, state: config.state });
    },
    close: () => (closed ??= close()),
  };
}

/** The id under which a provider's key with this secret is known. */
export function idOf(sparekey: Running, secret: string, providerId = 'sim'): string {
  const pool = sparekey.runtime().providers.get(providerId)?.pool;
  const found = [...(pool?.all() ?? [])].find(({ key }) => key.secret.reveal() === secret);
  if (found === undefined) throw new Error(`${providerId} has no such key`);
  return found.key.id;
}

/** The keys as the admin listener at this address shows them. */
export async function adminKeysAt(adminUrl: string, token?: string): Promise<AdminKey[]> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${adminUrl}/api/keys`, { headers });
  return adminKeys.parse(await answer.json()).keys;
}

/** One log that writes to several. */
function both(logs: readonly Log[]): Log {
  return {
    debug: (message, fields) => logs.forEach((log) => log.debug(message, fields)),
    info: (message, fields) => logs.forEach((log) => log.info(message, fields)),
    warn: (message, fields) => logs.forEach((log) => log.warn(message, fields)),
    error: (message, fields) => logs.forEach((log) => log.error(message, fields)),
    request: (entry) => logs.forEach((log) => log.request(entry)),
    flush: async () => void (await Promise.all(logs.map((log) => log.flush()))),
  };
}

/** Keeps what is written. */
class KeptText extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Keeps what is logged. A line is written in one piece. */
class KeptLines extends Writable {
  text = '';
  readonly lines: LogLine[] = [];
  readonly requests: RequestLine[] = [];

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const text = chunk.toString();
    this.text += text;
    if (text !== '') this.#keep(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
    done();
  }

  #keep(line: LogLine): void {
    this.lines.push(line);
    if (line['msg'] === 'request') this.requests.push(requestLine.parse(line));
  }
}

interface MadeConfig {
  readonly config: Config;
  readonly stateFile: string | undefined;
  readonly removeState: () => Promise<void>;
}

async function configOf(options: TestGatewayOptions, sim: Simulator): Promise<MadeConfig> {
  const text = options.yaml?.(sim) ?? JSON.stringify(partsOf(options, sim));
  const { state = 'memory' } = options;
  const folder = state === 'sqlite' ? await mkdtemp(join(tmpdir(), 'sparekey-')) : undefined;
  const stateFile =
    folder !== undefined ? join(folder, 'state.db') : typeof state === 'object' ? state.path : undefined;
  const result = parseConfig(text, { env: { ...options.env } });
  if (!result.ok) throw new Error(`the configuration is not valid: ${JSON.stringify(result.problems)}`);
  const { config } = result;
  return {
    config: {
      ...config,
      listen: { ...config.listen, port: 0 },
      admin: { ...config.admin, listen: { host: '127.0.0.1', port: 0 } },
      state: stateFile === undefined ? { kind: 'memory' } : { kind: 'sqlite', path: stateFile },
    },
    stateFile,
    removeState: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function partsOf({ keys = [GOOD_KEY], provider, config }: TestGatewayOptions, sim: Simulator): ConfigParts {
  const parts = typeof config === 'function' ? config(sim) : config;
  return { providers: [simulatedProvider(sim, keys, provider)], ...parts };
}
