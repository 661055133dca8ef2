import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';

/** The time of day of one node, apart from that of all others. */
export interface Clock {
  /** For the node's processes. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on (within a second) it is off by so many seconds; 0 is right. */
  step(seconds: number): Promise<void>;
}

/** Debian's package `faketime` puts it here. */
const LIBRARY = `/usr/lib/${arch() === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;

/**
 * A clock by libfaketime, whose README has the variables. What only grows (`CLOCK_MONOTONIC`) is left alone, as it
 * is where an operator or NTP steps a clock.
 * @throws Error where the library is not there, and cannot be installed
 */
export async function ownClock(folder: string): Promise<Clock> {
  if (!existsSync(LIBRARY)) {
    spawnSync('apt-get', ['install', '-qq', '--no-install-recommends', 'faketime'], { stdio: 'ignore' });
  }
  if (!existsSync(LIBRARY)) {
    throw new Error('This run needs libfaketime. Install faketime from the system’s packages.');
  }
  const file = join(folder, 'clock');
  const step = async (seconds: number): Promise<void> => {
    await writeFile(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${file}.new`, file);
  };
  await step(0);
  return {
    env: {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: file,
      // The file is read once a second: for each look at the clock it would cost seven times as much.
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    step,
  };
}
