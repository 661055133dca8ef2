import type { Operation } from '../dialects/operations/operation.ts';
import type { Target } from '../dialects/operations/find-target.ts';

/** The target of an operation whose path is its pattern with the model filled in. Slashes in a model separate segments. */
export function targetOf(operation: Operation, model: string, query = ''): Target {
  const inPath = operation.modelIn === 'path';
  const name = model.split('/').map(encodeURIComponent).join('/');
  return {
    operation,
    path: operation.pattern.replace('{model}', () => name),
    query,
    ...(inPath && { pathModel: model }),
  };
}

/** The same on Bedrock, where a model is one segment: it may be an ARN, which holds slashes. */
export function bedrockTarget(operation: Operation, model: string): Target {
  const path = operation.pattern.replace('{model}', () => encodeURIComponent(model));
  return { operation, path, query: '', pathModel: model };
}
