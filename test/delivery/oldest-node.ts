import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { fromRoot, textOf } from './repository.ts';

const manifest = z.object({ engines: z.object({ node: z.templateLiteral(['>=', z.int()]) }) });

/** The first release of the oldest Node that package.json names. */
const VERSION = `${manifest.parse(JSON.parse(textOf('package.json'))).engines.node.slice('>='.length)}.0.0`;

/** Kept from one run of the tests to the next: 120 MB. */
const FOLDER = fromRoot(`.cache/node-${VERSION}`);
const PROGRAM = join(FOLDER, 'node_modules/node/bin/node');

/**
 * The path of the oldest Node that may run the package: what `SPAREKEY_OLDEST_NODE` names; else one that npm puts
 * beside the other things the tests keep, the first time it is asked for.
 */
export function oldestNode(): string {
  const given = process.env['SPAREKEY_OLDEST_NODE'];
  if (given !== undefined) return given;
  if (!existsSync(PROGRAM)) install();
  return PROGRAM;
}

function install(): void {
  mkdirSync(FOLDER, { recursive: true });
  const own = { private: true, allowScripts: { node: true }, dependencies: { node: VERSION } };
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify(own));
  // The guard that keeps tests on this machine is not for a package manager: apt, which brings Redis, is no Node either.
  const steps = `unset NODE_OPTIONS; test -x ${PROGRAM} || npm install --no-audit --no-fund`;
  const { status } = spawnSync('flock', [join(tmpdir(), 'sparekey-node-install.lock'), 'sh', '-c', steps], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0 && existsSync(PROGRAM)) return;
  throw new Error(
    `These tests need Node.js ${VERSION}, and npm could not install it. Name the program in SPAREKEY_OLDEST_NODE.`,
  );
}
