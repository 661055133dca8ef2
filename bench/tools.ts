import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Debian keeps servers such as nginx where an ordinary user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * The path of a tool the benchmark runs on. Where it is missing, Debian's package of the same name is
 * installed, which takes root.
 * @throws Error in plain words where it can be neither found nor installed
 */
export function need(tool: string): string {
  const present = find(tool);
  if (present !== undefined) return present;
  if (process.getuid?.() === 0 && find('apt-get') !== undefined) {
    process.stderr.write(`Installing Debian's package ${tool} …\n`);
    if (!aptGet('install', '-y', '--no-install-recommends', tool)) {
      aptGet('update');
      aptGet('install', '-y', '--no-install-recommends', tool);
    }
    const installed = find(tool);
    if (installed !== undefined) return installed;
  }
  throw new Error(`The benchmark needs ${tool}. On Debian: apt-get install ${tool} (as root).`);
}

function find(tool: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, tool)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent, or not for us: either way not a tool to run
  }
}

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0;
}
