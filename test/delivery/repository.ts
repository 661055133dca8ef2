import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The absolute path of something in this repository. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The text of a file of this repository. */
export function textOf(path: string): string {
  return readFileSync(fromRoot(path), 'utf8');
}
