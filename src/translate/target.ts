import { withModel } from '../dialects/operations/model-in-path.ts';
import type { Operation } from '../dialects/operations/operation.ts';
import type { Target } from '../dialects/operations/find-target.ts';

/** The target of an operation whose path is its pattern with the model filled in. */
export function targetOf(operation: Operation, model: string, query = ''): Target {
  const path = withModel(operation.pattern, model);
  return { operation, path, query, ...(operation.modelIn === 'path' && { pathModel: model }) };
}
