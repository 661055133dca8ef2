import type { z } from 'zod';
import type { SourceDocument } from './document.ts';
import { redactedText } from '../../keys/redaction/redacted-text.ts';
import { providerTypes, typeCalled } from '../../catalog/provider-types.ts';
import { describeOption, fieldNamesAt, fieldsOf, schemaAt, valuesOf } from '../schema/introspect.ts';
import type { Schema } from '../schema/introspect.ts';
import { singleProvider } from '../schema/provider.ts';
import { vendorFields } from '../schema/vendor-fields.ts';
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
  if (isSecretPath(issue.path, schema)) return { ...problem, value: HIDDEN };
  const isType = issue.path.at(-1) === 'type' && issue.code === 'invalid_value';
  const called = isType ? typeCalled(written) : undefined;
  const meant =
    called ?? (issue.code === 'invalid_value' ? nearest(written, issue.values.map(String)) : undefined);
  // Of types there are many, and one that is meant is enough.
  const known = isType && meant !== undefined ? 'a known provider type' : problem.expected;
  const expected = meant === undefined ? known : `${known}; did you mean ${meant}?`;
  return { ...problem, value: looksLikeKey(written) ? HIDDEN : shorten(written), expected };
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
  const known = fieldNamesFor(locate([...path, 'type'], 'value').written, fieldNamesAt(schema, path));
  const near = nearest(name, known);
  const all = known.length > MAX_LISTED ? '; docs/CONFIGURATION.md lists them' : `: ${known.join(', ')}`;
  return {
    path: showPath([...path, name], schema),
    expected: `a known field${near === undefined ? all : `; did you mean ${near}?`}`,
    line,
    column,
  };
}

/** Of the names of fields those that a type of provider has: what only others know is no help to it. */
export function fieldNamesFor(type: unknown, names: readonly string[]): readonly string[] {
  const row = typeof type === 'string' ? providerTypes.get(type) : undefined;
  if (row === undefined) return names;
  return names.filter((name) => !(name in vendorFields) || row.options?.includes(name) === true);
}

/**
 * A path for people. A token followed by a colon is a field name to YAML, so names that nobody knows are shown only where they
 * look like fields, and where tokens stand only where they are nearly a known one.
 */
export function showPath(path: Path, schema: Schema): string {
  return formatPath(
    path.map((part, depth) => {
      if (typeof part !== 'string') return part;
      const above = schemaAt(schema, path.slice(0, depth));
      const known = fieldNamesAt(schema, path.slice(0, depth));
      if (known.includes(part)) return part;
      const isSecret = isSecretPath(path.slice(0, depth + 1), schema);
      if (isSecret) return nearest(part, known) === undefined ? HIDDEN : part;
      // A map of names of any kind, such as models.
      if (above !== undefined && valuesOf(above) !== undefined) return redactedText(part);
      return looksLikeField(part) ? part : HIDDEN;
    }),
  );
}

/**
 * A path in a document, which need not be one of the schema: resources of Kubernetes have their own names. What stands where tokens
 * do, or is no name of a field, is not shown.
 */
export function showWrittenPath(path: Path): string {
  return formatPath(
    path.map((part, depth) => {
      if (typeof part !== 'string') return part;
      if (NAMED_FREELY.has(path[depth - 1] ?? '')) return redactedText(part);
      return looksLikeField(part) && !TOKENS.has(path[depth - 2] ?? '') ? part : HIDDEN;
    }),
  );
}

/** The options that hold tokens: a map in such a list has names that we do not check. */
const TOKENS: ReadonlySet<PropertyKey> = new Set(['apiToken', 'apiTokens']);

/** What is a map of names of any kind, such as models; of resources of Kubernetes, the annotations. */
const NAMED_FREELY: ReadonlySet<PropertyKey> = new Set([
  'annotations',
  ...Object.entries(fieldsOf(singleProvider) ?? {})
    .filter(([, option]) => valuesOf(option) !== undefined)
    .map(([name]) => name),
]);

/** Whether a name that nobody knows is one that an option could have, and not a credential that slid in its place. */
function looksLikeField(name: string): boolean {
  return /^_?[a-z][a-z_-]{0,39}\d{0,2}$/i.test(name) && !/^(?:sk|pk|rk)-/.test(name) && !looksLikeKey(name);
}

/** Whether a text has the form of a vendor's key. URLs have their secrets elsewhere. */
function looksLikeKey(text: string): boolean {
  return !text.includes('://') && redactedText(text) !== text;
}

const HIDDEN = '[secret]';

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
    return option !== undefined && describeOption(option).kind?.isSecret === true;
  });
}
