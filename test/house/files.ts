import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every path of this project is written from its top folder, with forward slashes. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** The files that match a glob, whether they are committed yet or not. */
export function matching(pattern: string): string[] {
  return globSync(pattern, { cwd: ROOT }).toSorted();
}

/** The names of the folders in a folder. */
export function folders(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** What a clone of the project would hold. */
export function tracked(): string[] {
  const listing = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  // A file that was deleted and not yet committed is still listed.
  return listing.split('\0').filter((path) => path !== '' && exists(path));
}
