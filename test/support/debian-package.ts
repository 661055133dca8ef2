import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Has root on a system with apt install a package that a test needs. Test files run at the same time; the first one
 * installs it for all.
 * @param isThere - a command of the shell that succeeds where it is installed already
 * @returns whether it is there now
 */
export function installDebianPackage(name: string, isThere: string): boolean {
  const install = `apt-get install -qq --no-install-recommends ${name}`;
  const steps = `${isThere} || ${install} || { apt-get update -qq && ${install}; }`;
  const lock = join(tmpdir(), 'sparekey-apt-install.lock');
  const { status } = spawnSync('flock', [lock, 'sh', '-c', steps], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}
