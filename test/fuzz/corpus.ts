import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CORPUS = join(import.meta.dirname, 'corpus');

/** The inputs kept for a target, oldest file name first: those that reached new code, and those that once failed. */
export async function keptInputs(target: string): Promise<Buffer[]> {
  const names = await readdir(join(CORPUS, target)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => readFile(join(CORPUS, target, name))),
  );
}

/** Keeps an input for ever. @returns the path of its file */
export async function keep(target: string, input: Buffer): Promise<string> {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(CORPUS, target, name);
  await mkdir(join(CORPUS, target), { recursive: true });
  await writeFile(path, input);
  return path;
}
