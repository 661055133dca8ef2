import { resolve } from 'node:path';
import type { References } from './interpolate.ts';
import type { FileText, ReadFiles } from './read-files.ts';

/** What references stand for where files have been read. Keeps account of those in use: one that a comment names is not. */
export class FileReferences implements References {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, FileText>;
  readonly #used = new Map<string, FileText>();

  /** @param files - what they hold, by their absolute paths; others count as not read */
  constructor(env: NodeJS.ProcessEnv, folder: string, files: ReadonlyMap<string, FileText>) {
    this.env = env;
    this.#folder = folder;
    this.#files = files;
  }

  file(path: string): FileText {
    const absolute = resolve(this.#folder, path);
    const file = this.#files.get(absolute) ?? {
      ok: false,
      expected: `the file ${absolute}, which was not read`,
    };
    this.#used.set(absolute, file);
    return file;
  }

  /** Each with what it holds, by its absolute path. */
  get used(): ReadFiles['files'] {
    return [...this.#used];
  }
}
