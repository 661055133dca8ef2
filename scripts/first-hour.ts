import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { Session } from './first-hour/session.ts';
import { firstHour } from './first-hour/steps.ts';

/**
 * `npm run first-hour [-- --install]`: the first hour of somebody who has just cloned this repository, replayed in a clean clone
 * of its last commit. Prints what was typed, what came back and what of that was expected. Exits with 1 where something
 * expected did not come. Nothing leaves this machine, but with `--install`: that runs `npm ci` in the clone, which otherwise
 * uses what is installed here already.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** More than the whole takes on a slow machine. Milliseconds. */
const LIMIT_MS = 15 * 60_000;

const { values } = parseArgs({ options: { install: { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'sparekey-first-hour-'));
const clone = join(folder, 'sparekey');
const startedAt = performance.now();
process.stdout.write(`$ git clone ${ROOT} && cd sparekey\n`);
execFileSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone], { stdio: 'inherit' });
if (values.install) {
  process.stdout.write('$ npm ci\n');
  execFileSync('npm', ['ci'], { cwd: clone, stdio: 'inherit' });
} else {
  process.stdout.write('(in place of `npm ci`, node_modules is a link to what is installed already)\n');
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
}

const ports = { data: await freePort(), admin: await freePort(), provider: await freePort() };
const session = new Session(clone, AbortSignal.timeout(LIMIT_MS));
try {
  for (const step of firstHour(ports)) await session.play(step);
} finally {
  await session.end();
  rmSync(folder, { recursive: true, force: true });
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
const { commands, checks, failed } = session;
process.stdout.write(`\n${commands} commands, ${checks} checks, ${failed} failed, in ${seconds} s.\n`);
if (failed > 0) process.exitCode = 1;
