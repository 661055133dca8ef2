import type { Call } from '../dialects/operations/call.ts';
import type { RouteTarget } from './route.ts';

/**
 * The targets of a call, each with the model that it is asked for where the client names none: what `*` of
 * `modelMapping` says, the deployment in Azure's URL, or nothing at a provider that does without.
 * @returns undefined where the operation needs a model, and no target has one for it
 */
export function withUnnamedModels(
  { target: { operation }, model, body }: Pick<Call, 'target' | 'model' | 'body'>,
  targets: readonly RouteTarget[],
): readonly RouteTarget[] | undefined {
  if (model !== undefined) return targets;
  // A model is added to JSON that is in memory, and to no other body.
  const mayBeAdded =
    operation.modelIn === 'query' || (operation.modelIn === 'json' && body.kind === 'buffered');
  const named = targets.flatMap((target): RouteTarget[] => {
    const { unnamedModel, needsNoModel, supports } = target.provider;
    // Who has the operation does without; to translate it takes one.
    if (!operation.modelRequired && supports(operation)) return [target];
    if (unnamedModel !== undefined && mayBeAdded) return [{ ...target, model: unnamedModel }];
    return needsNoModel || !operation.modelRequired ? [target] : [];
  });
  return named.length === 0 ? undefined : named;
}
