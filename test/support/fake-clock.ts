import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage } from './debian-package.ts';

/**
 * A wall clock that is not the machine's, for processes of their own: libfaketime stands between them and the system's
 * calendar, and leaves the monotonic clock alone. Root on a system with apt has it installed; elsewhere install
 * `libfaketime` from the system's packages, or name the library in `SPAREKEY_LIBFAKETIME`.
 */
export class FakeClock {
  readonly #file: string;
  readonly #cacheSeconds: number;

  /**
   * @param folder - for what is said to the library
   * @param cacheSeconds - how old what it goes by may be; 0: whoever looks at the clock reads the file, which costs seven
   *   times as much
   */
  constructor(folder: string, aheadMs = 0, cacheSeconds = 0) {
    this.#file = join(folder, `clock-${Math.random().toString(36).slice(2)}`);
    this.#cacheSeconds = cacheSeconds;
    this.set(aheadMs);
  }

  /** For a process and those that it starts. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      ...(this.#cacheSeconds === 0
        ? { FAKETIME_NO_CACHE: '1' }
        : { FAKETIME_CACHE_DURATION: String(this.#cacheSeconds) }),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Sets it so far ahead of the machine's, for all that run by it. */
  set(aheadMs: number): void {
    // Nobody reads half of it.
    writeFileSync(`${this.#file}.new`, `${aheadMs < 0 ? '-' : '+'}${Math.abs(aheadMs) / 1000}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}

let found: string | undefined;

function library(): string {
  found ??= process.env['SPAREKEY_LIBFAKETIME'] ?? installed() ?? install();
  return found;
}

/** Where Debian's package `libfaketime` puts it. Node has several threads. */
function installed(): string | undefined {
  return readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path));
}

function install(): string {
  installDebianPackage('libfaketime', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1');
  const path = installed();
  if (path !== undefined) return path;
  throw new Error(
    'These tests need libfaketime, and could not install it. Install libfaketime from the system’s packages, or name ' +
      'the library in SPAREKEY_LIBFAKETIME.',
  );
}
