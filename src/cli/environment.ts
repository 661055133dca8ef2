import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Option } from 'commander';
import { configFromEnvironmentApart, loadConfigApart } from '../config/load/load-apart.ts';
import type { Loaded, LoadResult } from '../config/load/load.ts';
import type { ConfigProblem } from '../config/load/problem.ts';

/** A file of variables that many tools read by themselves, and Sparekey does not. */
export const USUAL_ENV_FILE = '.env';

/** The option `--env-file`, which may be given several times. */
export function envFileOption(): Option {
  return new Option(
    '--env-file <file>',
    'reads variables from a file (NAME=value); may be given several times',
  )
    .argParser((file: string, files: readonly string[]) => [...files, file])
    .default([], 'none');
}

/** Variables by their names. */
type Variables = Readonly<Record<string, string | undefined>>;

/** What a configuration finds in its environment, or what is wrong with one of its files. */
type Reading =
  | {
      readonly ok: true;
      readonly env: NodeJS.ProcessEnv;
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * The variables of this process, and below them those of files, of which the later ones count. Files are read again each time: a
 * running process can get variables by them alone.
 */
export class Environment {
  /** As absolute paths. */
  readonly files: readonly string[];
  /** What this process was started with; undefined before the files were read. */
  #own: Variables | undefined;

  constructor(files: readonly string[]) {
    this.files = files.map((file) => resolve(file));
  }

  async read(): Promise<Reading> {
    const said: Record<string, string> = {};
    for (const file of this.files) {
      const variables = await variablesIn(file);
      if (typeof variables === 'string')
        return { ok: false, problems: [{ path: `--env-file ${file}`, expected: variables }] };
      Object.assign(said, variables);
    }
    // Node reads the option as well, wherever it stands, and puts in place what was not set: that is the files' too.
    this.#own ??= Object.fromEntries(
      Object.entries(process.env).filter(([name, value]) => said[name] !== value),
    );
    const own = this.#own;
    const fromFiles = Object.fromEntries(Object.entries(said).filter(([name]) => !Object.hasOwn(own, name)));
    return { ok: true, env: { ...own, ...fromFiles } };
  }
}

/** Loads a configuration file. A variable that is missing and stands in `.env` is told so. */
export async function loadFile(path: string, environment: Environment): Promise<LoadResult> {
  const reading = await environment.read();
  if (!reading.ok) return reading;
  const result = await loadConfigApart(path, reading.env);
  if (!result.ok) return { ok: false, problems: await withUsualFile(result.problems) };
  return withFiles(result, environment);
}

/** Makes a configuration of the API keys in an environment. Undefined where it holds none. */
export async function loadKeys(environment: Environment): Promise<LoadResult | undefined> {
  const reading = await environment.read();
  if (!reading.ok) return reading;
  const result = await configFromEnvironmentApart(reading.env);
  return result?.ok === true ? withFiles(result, environment) : result;
}

/** With the files of variables that it owes something to. */
function withFiles(loaded: Loaded, { files }: Environment): Loaded {
  return { ...loaded, files: [...loaded.files, ...files] };
}

async function withUsualFile(problems: readonly ConfigProblem[]): Promise<readonly ConfigProblem[]> {
  if (problems.every(({ variable }) => variable === undefined)) return problems;
  const usual = await usualVariables();
  return problems.map((problem) => {
    const { variable, expected } = problem;
    if (variable === undefined || usual[variable] === undefined) return problem;
    return { ...problem, expected: `${expected}; ${USUAL_ENV_FILE} has it: --env-file ${USUAL_ENV_FILE}` };
  });
}

/** What `.env` here holds, to tell of it; nothing where it is no plain file: a pipe waits, or asks its owner. */
export async function usualVariables(): Promise<Variables> {
  const isFile = await stat(USUAL_ENV_FILE).then(
    (found) => found.isFile(),
    () => false,
  );
  const variables = isFile ? await variablesIn(USUAL_ENV_FILE) : {};
  return typeof variables === 'string' ? {} : variables;
}

/** The variables of a file, or what was expected of it instead. */
async function variablesIn(file: string): Promise<Variables | string> {
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `a file that can be read (${String(error.code)})`;
    throw error;
  }
}
