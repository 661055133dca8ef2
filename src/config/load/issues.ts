import type { z } from 'zod';
import type { SourceDocument } from './document.ts';
import { describeOption, fieldNamesAt, schemaAt } from '../schema/introspect.ts';
import type { Schema } from '../schema/introspect.ts';
import { nearest } from './nearest.ts';
import { formatPath, shorten } from './problem.ts';
import type { ConfigProblem, Path } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, as problems with a position and without secrets. */
export function problemsOf(
  issues: readonly Issue[],
  schema: Schema,
  locate: SourceDocument['locate'],
): readonly ConfigProblem[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => unknownField(issue.path, name, schema, locate))
      : [valueProblem(issue, schema, locate)],
  );
}

/**
 * The issues of a union. Where one of its members fits the value's type those of that member; where none or several do,
 * the issue of the union itself.
 */
export function narrowUnion(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const fitting = issue.errors.filter(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const [branch] = fitting;
  if (branch === undefined || fitting.length > 1) return [issue];
  return branch.flatMap((inner) => narrowUnion({ ...inner, path: [...issue.path, ...inner.path] }));
}

function valueProblem(issue: Issue, schema: Schema, locate: SourceDocument['locate']): ConfigProblem {
  const { line, column, written } = locate(issue.path, issue.code === 'invalid_key' ? 'field' : 'value');
  const problem = { path: showPath(issue.path, schema), expected: expectationOf(issue), line, column };
  // A value in place of a map or list may be anything, a secret too, so it is not shown.
  const showable = written !== undefined && issue.code !== 'invalid_key' && containerOf(issue) === undefined;
  if (!showable) return problem;
  if (isSecretPath(issue.path, schema)) return { ...problem, value: '[secret]' };
  const meant = issue.code === 'invalid_value' ? nearest(written, issue.values.map(String)) : undefined;
  const expected = meant === undefined ? problem.expected : `${problem.expected}; did you mean ${meant}?`;
  return { ...problem, value: shorten(written), expected };
}

function containerOf(issue: Issue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'object' || issue.expected === 'record') return 'a map';
  return issue.expected === 'array' ? 'a list' : undefined;
}

/** The schema's own words, where it has any for this mistake. */
function expectationOf(issue: Issue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'another name';
  return issue.message.startsWith('Invalid input') ? (containerOf(issue) ?? issue.message) : issue.message;
}

/** The most field names that a message lists. */
const MAX_LISTED = 20;

function unknownField(
  path: Path,
  name: string,
  schema: Schema,
  locate: SourceDocument['locate'],
): ConfigProblem {
  const { line, column } = locate([...path, name], 'field');
  const known = fieldNamesAt(schema, path);
  const near = nearest(name, known);
  const all = known.length > MAX_LISTED ? '; docs/CONFIGURATION.md lists them' : `: ${known.join(', ')}`;
  return {
    path: showPath([...path, name], schema),
    expected: `a known field${near === undefined ? all : `; did you mean ${near}?`}`,
    line,
    column,
  };
}

/**
 * A path for people. A token followed by a colon is a field name to YAML, so where tokens stand only names
 * that look like fields are shown.
 */
export function showPath(path: Path, schema: Schema): string {
  return formatPath(
    path.map((part, depth) => {
      if (typeof part !== 'string' || !isSecretPath(path.slice(0, depth + 1), schema)) return part;
      const known = fieldNamesAt(schema, path.slice(0, depth));
      return known.includes(part) || nearest(part, known) !== undefined ? part : '[secret]';
    }),
  );
}

/**
 * Whether a secret may stand here: anything under `apiTokens`, of a client but its name, of the admin listener but its
 * address and the paths of its files, and options that are secrets by their schema, such as `awsSecretKey`.
 */
function isSecretPath(path: Path, schema: Schema): boolean {
  if (path.includes('apiTokens')) return true;
  if (path[0] === 'clients') return path[2] !== 'name';
  if (path[0] === 'admin' && path[1] !== 'listen' && path[1] !== 'tls') return true;
  return path.some((_, depth) => {
    const option = schemaAt(schema, path.slice(0, depth + 1));
    return option !== undefined && describeOption(option).kind?.kind === 'secret';
  });
}
