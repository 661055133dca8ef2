import type { z } from 'zod';
import { isObject } from '../surface/json.ts';
import type { Path } from './rule.ts';

/** How a value differs from the shape that a vendor's reference gives it. */
export type ShapeProblem = { readonly path: Path } & (
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'type'; readonly expected: string; readonly found: string }
  | { readonly kind: 'value'; readonly allowed: readonly string[]; readonly found: unknown }
  | { readonly kind: 'short' | 'long'; readonly of: string; readonly limit: number; readonly found: unknown }
  | { readonly kind: 'pattern'; readonly pattern: string; readonly found: unknown }
  | { readonly kind: 'other'; readonly message: string }
);

/** The first way in which a value differs from a shape; undefined where it does not. */
export function shapeProblemOf(shape: z.ZodType, value: unknown): ShapeProblem | undefined {
  const result = shape.safeParse(value);
  const issue = result.success ? undefined : result.error.issues[0];
  return issue === undefined ? undefined : problemOf(issue, [], value);
}

type Issue = z.core.$ZodIssue;

function problemOf(issue: Issue, before: Path, root: unknown): ShapeProblem {
  const path = [...before, ...stepsOf(issue.path)];
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return { kind: 'unknown', path: [...path, issue.keys[0] ?? ''], name: issue.keys[0] ?? '' };
    case 'invalid_type':
      if (found === undefined) return { kind: 'missing', path };
      return { kind: 'type', path, expected: issue.expected, found: nameOf(found) };
    case 'invalid_value':
      if (found === undefined) return { kind: 'missing', path };
      return { kind: 'value', path, allowed: issue.values.map(String), found };
    case 'too_small':
      return { kind: 'short', path, of: issue.origin, limit: Number(issue.minimum), found };
    case 'too_big':
      return { kind: 'long', path, of: issue.origin, limit: Number(issue.maximum), found };
    case 'invalid_format':
      return { kind: 'pattern', path, pattern: patternOf(issue.pattern), found };
    case 'invalid_union':
      return unionProblem(issue, path, root);
    case 'custom':
      return { kind: 'other', path, message: issue.message };
    default:
      return { kind: 'other', path, message: issue.message };
  }
}

/** Of the shapes that a value may have, the one counts that it comes nearest to: where it fails deepest. */
function unionProblem(
  issue: Extract<Issue, { readonly code: 'invalid_union' }>,
  path: Path,
  root: unknown,
): ShapeProblem {
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const nearest = branches.toSorted((a, b) => depthOf(b) - depthOf(a))[0];
  const found = valueAt(root, path);
  if (nearest !== undefined && depthOf(nearest) > 0) return problemOf(nearest, path, root);
  if (found === undefined) return { kind: 'missing', path };
  const allowed = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (branches.length === 0) return { kind: 'value', path, allowed, found };
  const expected = branches.flatMap((each) => (each.code === 'invalid_type' ? [each.expected] : []));
  const values = branches.flatMap((each) => (each.code === 'invalid_value' ? each.values.map(String) : []));
  if (typeof found === 'string' && values.length > 0) return { kind: 'value', path, allowed: values, found };
  return { kind: 'type', path, expected: expected.join(' or ') || 'another value', found: nameOf(found) };
}

/** An unknown name is as deep as the object that has it is itself. */
function depthOf(issue: Issue): number {
  return issue.path.length + (issue.code === 'unrecognized_keys' || isLimit(issue.code) ? 1 : 0);
}

function isLimit(code: Issue['code']): boolean {
  return code === 'too_small' || code === 'too_big' || code === 'invalid_format' || code === 'custom';
}

function stepsOf(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

function patternOf(pattern: string | undefined): string {
  return pattern?.replace(/^\//u, '').replace(/\/[a-z]*$/u, '') ?? '';
}

/** What stands at the end of a way. */
export function valueAt(root: unknown, path: Path): unknown {
  let at = root;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isObject(at)) at = at[step];
    else return undefined;
  }
  return at;
}

/** A value's type as JSON has it. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
