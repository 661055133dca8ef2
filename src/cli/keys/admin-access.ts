import { existsSync } from 'node:fs';
import { formatAddress } from '../../config/schema/scalars.ts';
import type { ListenAddress } from '../../listener/listen.ts';
import type { AdminAccess } from './admin-client.ts';
import { Environment, loadFile } from '../environment.ts';
import { CommandFailure, configFailure } from '../failure.ts';
import { DEFAULT_CONFIG_FILE } from '../start/setup.ts';

/** Options that name the admin listener. */
export interface AdminAccessOptions {
  readonly admin?: string;
  readonly config?: string;
  readonly token?: string;
  /** Files of variables. */
  readonly envFile?: readonly string[];
}

/** Where the admin listener is unless something else is configured. */
export const DEFAULT_ADMIN_URL = 'http://127.0.0.1:5398';

/**
 * Finds the admin listener: as named on the command line, else as the configuration says, else where it is by
 * default. The token likewise, with SPAREKEY_ADMIN_TOKEN in between.
 * @throws CommandFailure where a configuration that was named cannot be used
 */
export async function findAdmin(options: AdminAccessOptions): Promise<AdminAccess> {
  const { admin, envFile = [] } = options;
  if (admin !== undefined && URL.parse(admin)?.protocol.startsWith('http') !== true) {
    throw new CommandFailure(`--admin is ${admin}, expected a URL such as ${DEFAULT_ADMIN_URL}`);
  }
  const environment = new Environment(envFile);
  const reading = await environment.read();
  if (!reading.ok) throw configFailure(reading.problems, 'environment');
  const token = options.token ?? (reading.env['SPAREKEY_ADMIN_TOKEN'] || undefined);
  const configured = admin === undefined ? await configuredAdmin(options.config, environment) : undefined;
  return {
    url: admin ?? configured?.url ?? DEFAULT_ADMIN_URL,
    token: token ?? configured?.token,
  };
}

async function configuredAdmin(
  file: string | undefined,
  environment: Environment,
): Promise<AdminAccess | undefined> {
  const path = file ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined);
  if (path === undefined) return undefined;
  const result = await loadFile(path, environment);
  if (result.ok) {
    const { listen, token } = result.config.admin;
    return { url: `http://${formatAddress(reachable(listen))}`, token: token?.reveal() };
  }
  if (file !== undefined) throw configFailure(result.problems, path);
  // The keys it names may be in the environment of the gateway alone, which is no reason not to ask it.
  process.stderr.write(
    `${path} cannot be read here, so the gateway is looked for at ${DEFAULT_ADMIN_URL}.\n`,
  );
  return undefined;
}

/** An address to call where the one listened on stands for all of the machine's. */
export function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}
