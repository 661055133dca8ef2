import type { z } from 'zod';
import type { Finding } from './rule.ts';
import { shapeProblemOf } from './shape.ts';

/** How a body differs from the shape that its vendor's reference gives it, for vendors that say it in few words. */
export function problemText(shape: z.ZodType, body: unknown): Finding | undefined {
  const problem = shapeProblemOf(shape, body);
  if (problem === undefined) return undefined;
  return { path: problem.path, message: `${problem.path.join('.')}: ${problem.kind}` };
}
