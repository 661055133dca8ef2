import { existsSync } from 'node:fs';
import type { Loaded, LoadResult } from '../../config/load/load.ts';
import type { Config } from '../../config/schema/schema.ts';
import { Environment, loadFile, loadKeys } from '../environment.ts';
import type { Demo } from './demo.ts';
import { CommandFailure, usable } from '../failure.ts';
import { nearMisses } from './near-misses.ts';

/** What to run, and where it was found. */
export type Setup =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly envFiles: readonly string[];
      readonly loaded: Loaded;
      /** Loads it again. */
      readonly load: Load;
    }
  | {
      readonly kind: 'environment';
      readonly envFiles: readonly string[];
      readonly loaded: Loaded;
      readonly load: Load;
      /** What seems to be meant as well and is not read: a sentence each. */
      readonly unread: readonly string[];
    }
  | {
      readonly kind: 'demo';
      /** By `--demo`; otherwise nothing else was found. */
      readonly wasAsked: boolean;
      readonly loaded: Loaded;
      readonly demo: Demo;
    };

/** @param signal - gives it up, and rejects */
type Load = (signal?: AbortSignal) => Promise<LoadResult>;

/** What the command line says of what to run. */
export interface SetupOptions {
  readonly config?: string;
  /** A demonstration, whatever is configured. */
  readonly demo?: true;
  /** Files of variables. */
  readonly envFile?: readonly string[];
}

/** Looked for in the working directory. */
export const DEFAULT_CONFIG_FILE = 'sparekey.yaml';

/**
 * Finds out what to run: the file that was named, else `sparekey.yaml` here, else API keys in the environment. Without any of
 * them it is a demonstration on a terminal, where somebody sees that its answers are invented, unless something nearly right
 * shows that another thing was meant.
 * @throws CommandFailure with all that is wrong where what was found cannot be used, or nothing is to be run
 */
export async function findSetup(options: SetupOptions): Promise<Setup> {
  if (options.demo === true) return demonstration(true);
  const found = await findConfigured(options);
  if (found.kind !== 'nothing') return found;
  if (found.unread.length > 0 || !process.stdout.isTTY) throw nothingToRun(found.unread);
  return demonstration(false);
}

/** What is configured here, by a file or by keys in the environment. */
type Configured = Exclude<Setup, { readonly kind: 'demo' }>;

/** Nothing is, and what nearly is: a sentence each. */
interface NothingConfigured {
  readonly kind: 'nothing';
  readonly unread: readonly string[];
}

/**
 * Finds out what is configured, as `start` does, without starting anything.
 * @throws CommandFailure with all that is wrong where what was found cannot be used
 */
export async function findConfigured({
  config,
  envFile = [],
}: Pick<SetupOptions, 'config' | 'envFile'>): Promise<Configured | NothingConfigured> {
  const environment = new Environment(envFile);
  const path = config ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined);
  if (path !== undefined) {
    const load: Load = (signal) => loadFile(path, environment, signal);
    return { kind: 'file', path, envFiles: envFile, loaded: usable(await load(), path), load };
  }
  const found = await loadKeys(environment);
  const unread = await unreadBeside(environment);
  if (found !== undefined) {
    const load: Load = async (signal) => (await loadKeys(environment, signal)) ?? NO_KEYS;
    return { kind: 'environment', envFiles: envFile, loaded: usable(found, 'environment'), load, unread };
  }
  return { kind: 'nothing', unread };
}

const NO_KEYS: LoadResult = {
  ok: false,
  problems: [{ path: 'environment', expected: 'at least one API key, such as OPENAI_API_KEY' }],
};

async function unreadBeside(environment: Environment): Promise<readonly string[]> {
  const reading = await environment.read();
  return reading.ok ? nearMisses(reading.env, DEFAULT_CONFIG_FILE) : [];
}

/** Says that nothing is configured, how to, and what nearly is. */
export function nothingToRun(unread: readonly string[]): CommandFailure {
  const nothing = `There is nothing to run: no ${DEFAULT_CONFIG_FILE} in ${process.cwd()}, and no API key in the environment, such as OPENAI_API_KEY or ANTHROPIC_API_KEY. --config FILE names another file; --demo starts a pretend provider, whose answers are invented.`;
  return new CommandFailure([nothing, ...unread].join('\n'));
}

async function demonstration(wasAsked: boolean): Promise<Setup> {
  const { startDemo } = await import('./demo.ts');
  const demo = await startDemo();
  return { kind: 'demo', wasAsked, loaded: usable(demo.config, 'demonstration'), demo };
}

/** Ports given on the command line go before those of a configuration. */
export interface Ports {
  readonly port?: number;
  readonly adminPort?: number;
}

/** The configuration with the ports of the command line. */
export function withPorts(config: Config, { port, adminPort }: Ports): Config {
  const { listen, admin } = config;
  return {
    ...config,
    listen: { ...listen, port: port ?? listen.port },
    admin: { ...admin, listen: { ...admin.listen, port: adminPort ?? admin.listen.port } },
  };
}
