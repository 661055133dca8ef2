import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Option } from 'commander';
import { readBoundedFile } from '../config/load/bounded-file.ts';
import type { Variables } from '../config/load/key-variables.ts';
import { configFromEnvironmentApart, loadConfigApart } from '../config/load/load-apart.ts';
import type { LoadResult } from '../config/load/load.ts';
import type { ConfigProblem } from '../config/load/problem.ts';

/** A file of variables that many tools read by themselves, and Sparekey does not. */
export const USUAL_ENV_FILE = '.env';

const MAX_ENV_FILE_BYTES = 64 * 1024 * 1024;

/** The option `--env-file`, which may be given several times. */
export function envFileOption(): Option {
  return new Option(
    '--env-file <file>',
    'reads variables from a file (NAME=value); may be given several times',
  )
    .argParser((file: string, files: readonly string[]) => [...files, file])
    .default([], 'none');
}

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

/**
 * Loads a configuration file. A variable that is missing and stands in `.env` is told so.
 * @param signal - gives it up, and rejects
 */
export async function loadFile(
  path: string,
  environment: Environment,
  signal?: AbortSignal,
): Promise<LoadResult> {
  const reading = await environment.read();
  if (!reading.ok) return reading;
  const result = withFiles(await loadConfigApart(path, reading.env, signal), environment);
  return result.ok ? result : { ...result, problems: await withUsualFile(result.problems) };
}

/**
 * Makes a configuration of the API keys in an environment. Undefined where it holds none.
 * @param signal - gives it up, and rejects
 */
export async function loadKeys(
  environment: Environment,
  signal?: AbortSignal,
): Promise<LoadResult | undefined> {
  const reading = await environment.read();
  if (!reading.ok) return reading;
  const result = await configFromEnvironmentApart(reading.env, signal);
  return result && withFiles(result, environment);
}

/** With the files of variables that it owes something to, or lacks something of, where its own are known. */
function withFiles(result: LoadResult, { files }: Environment): LoadResult {
  return result.files === undefined ? result : { ...result, files: [...result.files, ...files] };
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
  const read = await readBoundedFile(file, MAX_ENV_FILE_BYTES);
  if (!read.ok) return read.expected;
  return read.text.includes('\0') ? 'a file of text without NUL' : parseEnv(read.text);
}
