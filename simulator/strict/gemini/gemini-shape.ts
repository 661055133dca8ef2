import type { z } from 'zod';
import type { Finding, StrictRequest } from '../rule.ts';
import { shapeProblemOf, type ShapeProblem } from '../shape.ts';
import { placeOf } from './gemini-body.ts';

/** What Google says of a body that is not the message of its protocol buffer. */
export function shapeFinding(shape: z.ZodType, { body }: StrictRequest): Finding | undefined {
  const problem = shapeProblemOf(shape, body);
  if (problem === undefined) return undefined;
  return { path: problem.path, message: wordsOf(problem) };
}

function wordsOf(problem: ShapeProblem): string {
  const { path } = problem;
  if (problem.kind === 'unknown') {
    const parent = placeOf(path.slice(0, -1));
    const at = parent === '' ? '' : ` at '${parent}'`;
    return `Invalid JSON payload received. Unknown name "${problem.name}"${at}: Cannot find field.`;
  }
  const place = placeOf(path);
  if (problem.kind === 'type' && problem.found === 'array')
    return `Invalid JSON payload received. Unknown name "${String(path.at(-1))}" at '${placeOf(path.slice(0, -1))}': Proto field is not repeating, cannot start list.`;
  if (problem.kind === 'other') return `Invalid value at '${place}' (TYPE_ENUM), ${problem.message}`;
  if (problem.kind === 'value')
    return `Invalid value at '${place}' (TYPE_ENUM), ${JSON.stringify(problem.found)}`;
  if (problem.kind === 'pattern')
    return `Invalid value at '${place}' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(problem.found)}`;
  const expected = problem.kind === 'type' ? problem.expected.toUpperCase() : 'MESSAGE';
  return `Invalid value at '${place}' (TYPE_${expected})`;
}
