import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { certificatesOf } from '../../listener/key-pair.ts';
import type { AdminAccess } from './admin-client.ts';
import { DEFAULT_ADMIN_URL, urlOf } from './admin-url.ts';
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
  /** A file of certificates to trust. */
  readonly ca?: string;
}

/**
 * Finds the admin listener: as named on the command line, else as the configuration says, else where it is by
 * default. The token likewise, with SPAREKEY_ADMIN_TOKEN in between. What is trusted is what `--ca` names, else the
 * certificate in the configuration, else what Node trusts.
 * @throws CommandFailure where a file that was named cannot be used
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
  // Where only the listener is named, a configuration that lies here may be another gateway's.
  const asksConfig = admin === undefined || options.config !== undefined;
  const configured = asksConfig ? await configuredAdmin(options.config, environment) : undefined;
  return {
    url: admin ?? configured?.url ?? DEFAULT_ADMIN_URL,
    token: token ?? configured?.token,
    operator: operatorName(reading.env),
    trusted: options.ca === undefined ? configured?.trusted : await authorities(options.ca),
  };
}

/** Whom acts are recorded as: SPAREKEY_OPERATOR, else who runs the command; undefined where the system does not say. */
function operatorName(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = env['SPAREKEY_OPERATOR'] ?? '';
  if (given !== '') return given;
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

async function configuredAdmin(
  file: string | undefined,
  environment: Environment,
): Promise<Omit<AdminAccess, 'operator'> | undefined> {
  const path = file ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined);
  if (path === undefined) return undefined;
  const result = await loadFile(path, environment);
  if (result.ok) {
    const { listen, token, tls } = result.config.admin;
    const [own] = tls === undefined ? [] : certificatesOf(tls.cert);
    return {
      url: urlOf(listen, tls),
      token: token?.reveal(),
      trusted: own && { pem: own.toString(), isServer: true },
    };
  }
  if (file !== undefined) throw configFailure(result.problems, path);
  // The keys it names may be in the environment of the gateway alone, which is no reason not to ask it.
  process.stderr.write(
    `${path} cannot be read here, so the gateway is looked for at ${DEFAULT_ADMIN_URL}.\n`,
  );
  return undefined;
}

async function authorities(file: string): Promise<AdminAccess['trusted']> {
  try {
    const pem = await readFile(file, 'utf8');
    if (certificatesOf(pem).length > 0) return { pem, isServer: false };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CommandFailure(`--ca is ${file}, which cannot be read${code}.`);
  }
  throw new CommandFailure(`--ca is ${file}, expected a file of certificates in PEM.`);
}
