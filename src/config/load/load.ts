import { dirname, resolve } from 'node:path';
import { readBoundedFile } from './bounded-file.ts';
import { readDocument } from './document.ts';
import type { SourceDocument } from './document.ts';
import { proxyWarnings, withEnvironmentProxies } from './environment-proxies.ts';
import { FileReferences } from './file-references.ts';
import { narrowUnion, problemsOf, showPath, showWrittenPath } from './issues.ts';
import { writtenFilePaths } from './interpolate.ts';
import { withKeyOrigins } from './key-origins.ts';
import { addKeyPairs, namedPairFiles } from './key-pairs.ts';
import { fieldsOf } from './plugin/fields.ts';
import { mergeSources } from './plugin/merge-sources.ts';
import type { Note } from './plugin/reading.ts';
import { formatPath, sortProblems } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { adminSchema, configSchema } from '../schema/schema.ts';
import type { Config } from '../schema/schema.ts';
import { readSmallFiles } from './small-file.ts';
import { addFileTokens, namedTokenFiles } from './token-files.ts';
import type { FileText, ReadFiles } from './read-files.ts';
import { warningsOf } from './warnings.ts';

/** A configuration to run on, or everything that is wrong with it at once. */
export type LoadResult = Loaded | NotLoaded;

/** One that cannot be used. */
export interface NotLoaded {
  readonly ok: false;
  /** What it says of the admin listener, where that can be used. */
  readonly admin?: Config['admin'];
  readonly problems: readonly ConfigProblem[];
  /** What is probably a mistake beside them. */
  readonly warnings?: readonly ConfigProblem[];
  /** Every file that it would have been read from, as absolute paths; absent where it names none that is known. */
  readonly files?: readonly string[];
}

/** A valid configuration. */
export interface Loaded {
  readonly ok: true;
  readonly config: Config;
  /** Every file it was read from, as absolute paths. */
  readonly files: readonly string[];
  /** What is valid and yet probably a mistake. */
  readonly warnings: readonly ConfigProblem[];
}

/** What is needed beside the text. */
export interface ParseOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The configuration file; relative paths in it count from its folder. Absent: from the working directory. */
  readonly path?: string;
  /** What the files named by `apiTokensFile` hold, by their absolute paths. */
  readonly tokenFiles?: ReadonlyMap<string, FileText>;
  /** The same of those named by `${file:PATH}`, and of certificates and their keys. */
  readonly files?: ReadonlyMap<string, FileText>;
}

/** The bound of a configuration file and of a file of tokens. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Reads and validates a configuration file and the files it names. Rejects only where reading is a bug. */
export async function loadConfig(path: string, env: NodeJS.ProcessEnv): Promise<LoadResult> {
  const file = await readBoundedFile(path, MAX_FILE_BYTES);
  if (!file.ok) return { ok: false, problems: [{ path: '', expected: file.expected }] };
  const folder = dirname(resolve(path));
  const absolute = (name: string): string => resolve(folder, name);
  const read = await readSmallFiles(writtenFilePaths(file.text).map(absolute));
  const references = new FileReferences(env, folder, read);
  const document = readDocument(file.text, references);
  const { value } = mergeSources(document.value);
  const pairFiles = await readSmallFiles(namedPairFiles(value, folder));
  const names = namedTokenFiles(value, folder);
  const tokenFiles = await Promise.all(
    names.map(async (name) => [name, await readBoundedFile(name, MAX_FILE_BYTES)] as const),
  );
  const files = [...new Map([...references.used, ...pairFiles])];
  return validate(document, { path: resolve(path), tokenFiles, files }, env);
}

/** Validates the text of a configuration file. Touches no file itself. */
export function parseConfig(text: string, options: ParseOptions): LoadResult {
  const { env, path, tokenFiles = [], files = new Map<string, FileText>() } = options;
  const whole = path === undefined ? {} : { path: resolve(path) };
  const references = new FileReferences(env, folderOf(whole), files);
  const origin = { ...whole, tokenFiles: [...tokenFiles], files: [...files] };
  return validate(readDocument(text, references), origin, env);
}

/** The folder from which relative paths count. */
function folderOf({ path }: Pick<ReadFiles, 'path'>): string {
  return path === undefined ? process.cwd() : dirname(path);
}

function validate(document: SourceDocument, given: ReadFiles, env: NodeJS.ProcessEnv): LoadResult {
  const { path } = given;
  const { value, origin, notes } = mergeSources(document.value);
  const locate: SourceDocument['locate'] = (within, part) => document.locate(origin(within), part);
  const inText = document.problems.map((problem) => ({
    ...problem,
    path: showPath(problem.path, configSchema),
  }));
  const folder = folderOf(given);
  const named = [...given.files.map(([name]) => name), ...namedTokenFiles(value, folder)];
  const read = path === undefined ? named : [path, ...named];
  // Without data there is nothing to validate.
  if (value === undefined) return { ok: false, problems: sortProblems(inText), files: read };

  const files = addFileTokens(value, folder, new Map(given.tokenFiles));
  const pairs = addKeyPairs(files.value, folder, new Map(given.files), Date.now);
  const parsed = configSchema.safeParse(pairs.value);
  const issues = (parsed.error?.issues ?? []).flatMap(narrowUnion).map((issue) => files.toOrigin(issue));
  // A mistake of the text is one, and not two because the value that it leaves is none.
  const places = new Set(inText.map(placeOf));
  const paths = new Set(inText.map((problem) => problem.path).filter((written) => written !== ''));
  const found = problemsOf([...files.issues, ...pairs.issues, ...issues], configSchema, locate);
  const problems = [
    ...inText,
    ...found.filter((problem) => !places.has(placeOf(problem)) && !paths.has(problem.path)),
  ];
  const isSole = Array.isArray(fieldsOf(document.value)?.['providers']);
  const warnings = sortProblems([
    ...warningsOf(files.value, { config: parsed.data, isSole, toOrigin: files.toOrigin, locate }),
    ...pairs.warnings.map(({ path: at, expected }) => {
      const { line, column } = locate(at, 'value');
      return { path: formatPath(at), expected, line, column };
    }),
    ...noteProblems(notes, document),
    ...proxyWarnings(env),
  ]);
  if (!parsed.success || problems.length > 0)
    return {
      ok: false,
      problems: sortProblems(problems),
      warnings,
      files: read,
      ...usableAdmin(pairs.value, problems),
    };

  const isList = typeof value === 'object' && value !== null && 'providers' in value;
  const config = withKeyOrigins(withEnvironmentProxies(withAbsolutePaths(parsed.data, folder), env), {
    locate,
    file: path,
    tokenLine: files.tokenLine,
    providerPath: (index) => (isList ? ['providers', index] : ['provider']),
  });
  return {
    ok: true,
    config,
    files: read,
    warnings,
  };
}

/** A part that the mistakes of all others leave as it is: by it a running gateway is reached. */
function usableAdmin(value: unknown, problems: readonly ConfigProblem[]): Pick<NotLoaded, 'admin'> {
  if (problems.some(({ path }) => path === '' || /^admin\b/.test(path))) return {};
  const { data } = adminSchema.safeParse(fieldsOf(value)?.['admin'] ?? {});
  return data === undefined ? {} : { admin: data };
}

function placeOf({ line, column }: ConfigProblem): string {
  return `${line}:${column}`;
}

function noteProblems(notes: readonly Note[], { locate }: SourceDocument): ConfigProblem[] {
  return notes.map(({ path, expected }) => {
    const { line, column } = locate(path, 'field');
    return { path: showWrittenPath(path), expected, line, column };
  });
}

/** The configuration with relative paths counted from a folder. */
export function withAbsolutePaths(config: Config, folder: string): Config {
  const { state } = config;
  return {
    ...config,
    state: withAbsoluteFiles(state, folder),
    providers: config.providers.map((provider) =>
      provider.apiTokensFile === undefined
        ? provider
        : { ...provider, apiTokensFile: resolve(folder, provider.apiTokensFile) },
    ),
  };
}

function withAbsoluteFiles(state: Config['state'], folder: string): Config['state'] {
  switch (state.kind) {
    case 'memory':
      return state;
    case 'sqlite':
      return { ...state, path: resolve(folder, state.path) };
    case 'redis': {
      const { tls } = state;
      if (tls === undefined) return state;
      const { ca, cert, key } = tls;
      return {
        ...state,
        tls: {
          ...(ca !== undefined && { ca: resolve(folder, ca) }),
          ...(cert !== undefined && { cert: resolve(folder, cert) }),
          ...(key !== undefined && { key: resolve(folder, key) }),
        },
      };
    }
  }
}
