import type { z } from 'zod';
import { isObject } from '../../surface/json.ts';
import type { Finding, Path, StrictRequest } from '../rule.ts';
import { shapeProblemOf, type ShapeProblem } from '../shape.ts';

/** What Anthropic says of a body that has not the shape of its reference. */
export function shapeFinding(shape: z.ZodType, { body }: StrictRequest): Finding | undefined {
  const problem = shapeProblemOf(shape, body);
  if (problem === undefined) return undefined;
  return { path: problem.path, message: `${placeOf(problem.path, body)}: ${wordsOf(problem)}` };
}

/**
 * A way as Anthropic writes it, with the type of what may be of several: `messages.0.content.1.tool_use.id`.
 */
export function placeOf(path: Path, body: unknown): string {
  const steps: string[] = [];
  let at = body;
  for (const [index, step] of path.entries()) {
    at = Array.isArray(at) ? at[Number(step)] : isObject(at) ? at[step] : undefined;
    steps.push(String(step));
    if (index === path.length - 1 || !isTagged(path, index)) continue;
    const type = isObject(at) ? at['type'] : undefined;
    const tag = typeof type === 'string' ? type : path[index - 1] === 'tools' ? 'custom' : undefined;
    if (tag !== undefined && path[index + 1] !== 'type') steps.push(tag);
  }
  return steps.join('.');
}

/** Blocks, tools, sources, and how to think. */
function isTagged(path: Path, index: number): boolean {
  const step = path[index];
  if (typeof step === 'number') return path[index - 1] === 'content' || path[index - 1] === 'tools';
  return step === 'source' || (step === 'thinking' && index === 0);
}

function wordsOf(problem: ShapeProblem): string {
  switch (problem.kind) {
    case 'unknown':
      return 'Extra inputs are not permitted';
    case 'missing':
      return 'Field required';
    case 'type':
      return `Input should be a valid ${TYPES[problem.expected] ?? problem.expected}`;
    case 'value':
      return `Input should be ${oneOf(problem.allowed)}`;
    case 'short':
      if (problem.of === 'array') return 'at least one message is required';
      return `${thing(problem.of)} should ${problem.of === 'string' ? 'have at least' : 'be greater than or equal to'} ${problem.limit}${problem.of === 'string' ? ' characters' : ''}`;
    case 'long':
      return `${thing(problem.of)} should ${problem.of === 'string' ? 'have at most' : 'be less than or equal to'} ${problem.limit}${problem.of === 'string' ? ' characters' : ''}`;
    case 'pattern':
      return `String should match pattern '${problem.pattern}'`;
    case 'other':
      return problem.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'dictionary',
  record: 'dictionary',
  array: 'list',
  int: 'integer',
};

function thing(of: string): string {
  return of === 'string' ? 'String' : 'Input';
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
