import type { z } from 'zod';
import { type Finding, type Path, type StrictRequest } from '../rule.ts';
import { nameOf, shapeProblemOf, type ShapeProblem } from '../shape.ts';

/**
 * What OpenAI says of a body that has not the shape of its reference.
 * @param topLevel - what it says of an unknown field of the body itself
 */
export function shapeFinding(
  shape: z.ZodType,
  { body }: StrictRequest,
  topLevel: (name: string) => string,
): Finding | undefined {
  const problem = shapeProblemOf(shape, body);
  if (problem === undefined) return undefined;
  const { path } = problem;
  if (problem.kind === 'unknown' && path.length === 1)
    return { path, message: topLevel(problem.name), code: 'unknown_parameter' };
  return { path, ...wordsOf(problem, placeOf(path)) };
}

/** A way as OpenAI writes it: `messages[0].content`. */
export function placeOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./u, '');
}

function wordsOf(problem: ShapeProblem, place: string): Pick<Finding, 'message' | 'code'> {
  switch (problem.kind) {
    case 'unknown':
      return { message: `Unknown parameter: '${place}'.`, code: 'unknown_parameter' };
    case 'missing':
      return { message: `Missing required parameter: '${place}'.`, code: 'missing_required_parameter' };
    case 'type':
      return {
        message: `Invalid type for '${place}': expected ${problem.expected}, but got ${problem.found} instead.`,
        code: 'invalid_type',
      };
    case 'value':
      return {
        message: `Invalid value: '${String(problem.found)}'. Supported values are: ${listed(problem.allowed)}.`,
        code: 'invalid_value',
      };
    case 'short':
    case 'long':
      return limitWords(problem, place);
    case 'pattern':
      return {
        message: `Invalid '${place}': string does not match pattern. Expected a string that matches the pattern '${problem.pattern}'.`,
        code: 'invalid_value',
      };
    case 'other':
      return { message: `Invalid '${place}': ${problem.message}.`, code: 'invalid_value' };
  }
}

function limitWords(
  { kind, of, limit, found }: Extract<ShapeProblem, { readonly kind: 'short' | 'long' }>,
  place: string,
): Pick<Finding, 'message' | 'code'> {
  const isLong = kind === 'long';
  if (of === 'string' || of === 'array') {
    const length = typeof found === 'string' || Array.isArray(found) ? found.length : 0;
    const an = of === 'array' ? 'an array' : 'a string';
    const what = length === 0 ? `empty ${of}` : `${of} too ${isLong ? 'long' : 'short'}`;
    const got = length === 0 ? `an empty ${of}` : `${an} with length ${length}`;
    return {
      message: `Invalid '${place}': ${what}. Expected ${an} with ${isLong ? 'maximum' : 'minimum'} length ${limit}, but got ${got} instead.`,
      code: length === 0 ? `empty_${of}` : `${of}_${isLong ? 'above_max' : 'below_min'}_length`,
    };
  }
  const number = Number.isInteger(found) ? 'integer' : 'decimal';
  return {
    message: `Invalid '${place}': ${number} ${isLong ? 'above maximum' : 'below minimum'} value. Expected a value ${isLong ? '<=' : '>='} ${limit}, but got ${typeof found === 'number' ? found : nameOf(found)} instead.`,
    code: `${number}_${isLong ? 'above_max' : 'below_min'}_value`,
  };
}

/** `'a', 'b', and 'c'` */
export function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  if (quoted.length === 0) return last;
  return `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`;
}
