import { existsSync } from 'node:fs';
import { configFromEnvironmentApart, loadConfigApart } from '../../config/load/load-apart.ts';
import type { Loaded } from '../../config/load/load.ts';
import type { Config } from '../../config/schema/schema.ts';
import type { Demo } from './demo.ts';
import { usable } from '../failure.ts';

/** What to run, and where it was found. */
export type Setup =
  | { readonly kind: 'file'; readonly path: string; readonly loaded: Loaded }
  | { readonly kind: 'environment'; readonly loaded: Loaded }
  | { readonly kind: 'demo'; readonly loaded: Loaded; readonly demo: Demo };

/** Looked for in the working directory. */
export const DEFAULT_CONFIG_FILE = 'sparekey.yaml';

/**
 * Finds out what to run: the file that was named, else `sparekey.yaml` here, else API keys in the environment,
 * else a demonstration.
 * @throws CommandFailure with all that is wrong where what was found cannot be used
 */
export async function findSetup(file: string | undefined, env: NodeJS.ProcessEnv): Promise<Setup> {
  const path = file ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined);
  if (path !== undefined) {
    return { kind: 'file', path, loaded: usable(await loadConfigApart(path, env), path) };
  }
  const found = await configFromEnvironmentApart(env);
  if (found !== undefined) return { kind: 'environment', loaded: usable(found, 'environment') };
  const { startDemo } = await import('./demo.ts');
  const demo = await startDemo();
  return { kind: 'demo', loaded: usable(demo.config, 'demonstration'), demo };
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
