import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Path } from './problem.ts';
import type { FileText } from './read-files.ts';

/**
 * `apiTokensFile`: further tokens of a pool, one a line. They join the written ones before anything is
 * validated, so that every rule for tokens holds for all of them alike.
 */

interface FileToken {
  readonly token: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Where a token of a file stands. */
export interface TokenLine {
  /** As it is written in the configuration. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A configuration whose pools hold the tokens of their files too. */
export interface WithFileTokens {
  readonly value: unknown;
  /** Mistakes of whole files, at the options that name them. */
  readonly issues: readonly z.core.$ZodIssue[];
  /** Turns a mistake in a token that came from a file to the option that names the file. */
  readonly toOrigin: ToOrigin;
  /** Where the token of a path came from; undefined where it came from no file. */
  readonly tokenLine: (path: Path) => TokenLine | undefined;
}

/** Turns a mistake to where its value was written. */
export type ToOrigin = <Issue extends Pick<z.core.$ZodIssue, 'path' | 'message'>>(issue: Issue) => Issue;

type RawMap = Readonly<Record<string, unknown>>;

interface Pool {
  readonly path: Path;
  readonly writtenTokens: readonly unknown[];
  readonly file: string;
}

/**
 * The tokens in a text that may be a list of them, with commas or line breaks between. JSON, which is how Google gives service
 * accounts, is one.
 */
export function splitTokens(text: string): readonly string[] {
  if (text.trimStart().startsWith('{')) return [text];
  const tokens = text
    .split(/[,\n]/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
  return tokens.length > 1 ? tokens : [text];
}

/** The tokens of a file in their order, without blank lines and comments, which begin with `#`. */
function parseTokens(text: string): readonly FileToken[] {
  return text
    .split('\n')
    .map((token, index) => ({ token: token.trim(), line: index + 1 }))
    .filter(({ token }) => token !== '' && !token.startsWith('#'))
    .flatMap(({ token, line }) => splitTokens(token).map((each) => ({ token: each, line })));
}

/** The files that a configuration names, each once, as absolute paths. */
export function namedTokenFiles(config: unknown, folder: string): readonly string[] {
  return [...new Set(poolsWithFile(config).map(({ file }) => resolve(folder, file)))];
}

/** Puts the tokens of `files`, which go by their absolute paths, after the written ones. */
export function addFileTokens(
  config: unknown,
  folder: string,
  files: ReadonlyMap<string, FileText>,
): WithFileTokens {
  const issues: z.core.$ZodIssue[] = [];
  const additions = poolsWithFile(config).map((pool) => {
    const file = files.get(resolve(folder, pool.file)) ?? { ok: false, expected: 'a file that can be read' };
    const tokens = file.ok ? parseTokens(file.text) : [];
    const message = file.ok ? 'a file with at least one token' : file.expected;
    if (tokens.length === 0)
      issues.push({ code: 'custom', path: [...pool.path, 'apiTokensFile'], message, input: undefined });
    return { pool, tokens };
  });

  let value = config;
  for (const { pool, tokens } of additions) {
    const whole = [...pool.writtenTokens, ...tokens.map(({ token }) => token)];
    value = replaceAt(value, [...pool.path, 'apiTokens'], whole);
  }

  const find = (path: Path): { readonly pool: Pool; readonly line: number } | undefined => {
    for (const { pool, tokens } of additions) {
      const list = [...pool.path, 'apiTokens'];
      const index = Number(path[list.length]) - pool.writtenTokens.length;
      const token = list.every((part, depth) => path[depth] === part) ? tokens[index] : undefined;
      if (token !== undefined) return { pool, line: token.line };
    }
    return undefined;
  };

  return {
    value,
    issues,
    toOrigin: (issue) => {
      const found = find(issue.path);
      if (found === undefined) return issue;
      const message = `in line ${found.line} of the file ${issue.message}`;
      return { ...issue, path: [...found.pool.path, 'apiTokensFile'], message };
    },
    tokenLine: (path) => {
      const found = find(path);
      return found && { file: found.pool.file, line: found.line };
    },
  };
}

/** Whether it is a map of a configuration that is not validated yet. */
export function isMap(value: unknown): value is RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The pools that name a file. A list of tokens that is none is left for the schema to find. */
function poolsWithFile(config: unknown): readonly Pool[] {
  if (!isMap(config)) return [];
  const several: readonly unknown[] = Array.isArray(config['providers']) ? config['providers'] : [];
  const candidates = [
    { path: ['provider'], provider: config['provider'] },
    ...several.map((provider, index) => ({ path: ['providers', index], provider })),
  ];
  return candidates.flatMap(({ path, provider }) => {
    if (!isMap(provider)) return [];
    const { apiTokensFile: file, apiTokens: writtenTokens = [] } = provider;
    const usable = typeof file === 'string' && file.trim() !== '' && Array.isArray(writtenTokens);
    return usable ? [{ path, writtenTokens, file }] : [];
  });
}

/** A copy of nested maps and lists with another value at one path. */
export function replaceAt(container: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(container)) {
    const items: readonly unknown[] = container;
    return items.with(Number(first), replaceAt(items[Number(first)], rest, value));
  }
  const fields = isMap(container) ? container : {};
  return { ...fields, [first]: replaceAt(fields[String(first)], rest, value) };
}
