import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Assistant } from './assistant.ts';
import { runProgram } from './run-program.ts';

/** Not under version control. */
const FOLDER = fileURLToPath(new URL('../../../.cache/assistants', import.meta.url));

/** Of npm, which fetches some hundred megabytes for each. Milliseconds. */
const INSTALL_LIMIT = 900_000;

const manifest = z.object({ version: z.string() });

/**
 * Installs assistants where they are not yet, by npm as it is set up here.
 * @returns the folder that they are in
 * @throws where npm fails
 */
export async function install(assistants: readonly Assistant[]): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const installed = await Promise.all(assistants.map(isInstalled));
  const missing = assistants
    .filter((_, at) => installed[at] === false)
    .map(({ packageName, version }) => `${packageName}@${version}`);
  if (missing.length === 0) return FOLDER;
  process.stdout.write(`npm installs ${missing.join(', ')}\n`);
  const own = join(FOLDER, 'package.json');
  if (!(await exists(own))) await writeFile(own, '{ "private": true }\n');
  const args = ['install', '--save-exact', '--no-audit', '--no-fund', ...missing];
  const { code, said } = await runProgram('npm', args, {
    folder: FOLDER,
    env: process.env,
    limit: INSTALL_LIMIT,
  });
  if (code !== 0) throw new Error(`npm could not install ${missing.join(', ')}:\n${said}`);
  return FOLDER;
}

async function isInstalled({ packageName, version }: Assistant): Promise<boolean> {
  const path = join(FOLDER, 'node_modules', packageName, 'package.json');
  if (!(await exists(path))) return false;
  return manifest.parse(JSON.parse(await readFile(path, 'utf8'))).version === version;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
