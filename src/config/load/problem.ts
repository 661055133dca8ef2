import { withoutKeys } from '../../keys/redaction/redacted-text.ts';

/** The path of a value: names of fields and indexes in lists. */
export type Path = readonly PropertyKey[];

/** One mistake in a configuration, in words that give no secret away. */
export interface ConfigProblem {
  /** Such as `providers[0].failover.failureThreshold`; empty for the whole. */
  readonly path: string;
  /** What is written there, shortened; `[secret]` where it might be one; absent where nothing fit to show is. */
  readonly value?: string;
  /** What should be there instead. */
  readonly expected: string;
  /** The environment variable that is missing, where it is one. */
  readonly variable?: string;
  /** Counted from 1, as is `column`. */
  readonly line?: number;
  readonly column?: number;
  /** The line of the text, where that is no YAML; without what may be a secret. */
  readonly lineText?: string;
}

/** What was expected in place of something valid that is probably a mistake. */
export interface Warning {
  readonly path: Path;
  readonly expected: string;
}

/** In order of position; what has none comes first. */
export function sortProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

/** A path as people write it, names that are no plain words quoted. */
export function formatPath(path: Path): string {
  let formatted = '';
  for (const part of path) {
    if (typeof part === 'number') formatted += `[${part}]`;
    else if (!/^[\w$-]+$/.test(String(part))) formatted += `[${JSON.stringify(String(part))}]`;
    else formatted += formatted === '' ? String(part) : `.${String(part)}`;
  }
  return formatted;
}

const LONGEST_SHOWN = 60;

/**
 * A value as problems show it: short, on one line, without the credentials before a URL's host, without its query, and
 * without what stands in PEM.
 */
export function shorten(written: string): string {
  const line = written
    .replace(/\/\/.*@/s, '//[secret]@')
    .replace(/(:\/\/[^?]*\?).+/s, '$1[secret]')
    .replace(/-----BEGIN.*/s, '[secret]')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN - 1)}…` : line;
}

/** One line for people: the position, what is written there, and what was expected. */
export function formatProblem(problem: ConfigProblem, file?: string): string {
  const { path, value, expected, line, column, lineText } = problem;
  const where = [file, line, column].filter((part) => part !== undefined).join(':');
  const what =
    value === undefined ? path : `${path} is ${value === '[secret]' ? value : JSON.stringify(value)}`;
  const inLine = lineText === undefined ? '' : `, in: ${lineText}`;
  const parts = [where, what.trim(), `expected ${expected}${inLine}`];
  // A key may have slid into a name or a path, where it is not expected and yet valid.
  return withoutKeys(parts.filter((part) => part !== '').join(': '));
}
