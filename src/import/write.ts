import { chmod, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { ImportFailure } from './plan.ts';
import type { Plan } from './plan.ts';
import { renderConfig } from './render.ts';
import { SecretFiles } from './secret-files.ts';
import type { SecretFile } from './secret-files.ts';

/** Where a plan is written to. */
export interface Destination {
  /** The configuration. */
  readonly output: string;
  /** The folder of its secrets. */
  readonly keys: string;
  /** Whether files that are there are replaced. */
  readonly force: boolean;
}

/**
 * Writes a configuration and the files of its secrets, which their owner alone may read. The configuration comes last:
 * where it is there, so are its secrets.
 * @throws ImportFailure where a file is there already, unless `force` is set, or cannot be written
 */
export async function writePlan(
  plan: Plan,
  { output, keys, force }: Destination,
  heading: readonly string[],
): Promise<readonly SecretFile[]> {
  const folder =
    relative(dirname(resolve(output)), resolve(keys))
      .split(sep)
      .join('/') || '.';
  if (/[\s{}]/.test(folder))
    throw new ImportFailure(
      `${keys} cannot be the folder of the keys: name one without spaces and braces by --keys.`,
    );
  const secrets = new SecretFiles(plan, folder);
  const text = renderConfig(plan, secrets, heading);
  const secretFiles = secrets.list();
  const paths = [output, ...secretFiles.map(({ name }) => join(keys, name))];
  if (!force)
    for (const path of paths)
      if (await exists(path))
        throw new ImportFailure(`${path} is there already: name another file, or say --force to replace it.`);
  try {
    if (secretFiles.length > 0) await mkdir(keys, { recursive: true, mode: 0o700 });
    for (const { name, text: content } of secretFiles) await replace(join(keys, name), content, 0o600);
    await replace(output, text, 0o644);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new ImportFailure(`Nothing more was written: ${error.message}.`);
  }
  return secretFiles;
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** A reader sees the old file or the new one, and nobody sees a secret before its mode is set. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeFile(draft, text, { mode, flag: 'wx' });
    await chmod(draft, mode);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
