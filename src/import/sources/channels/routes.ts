import { exactModel } from '../../models.ts';
import type { PlannedProvider, PlannedRoute, PlannedTarget } from '../../plan.ts';
import { boundedWeights, grouped } from '../../pools.ts';

/** A provider, and what its channels say of its place on routes. */
export interface Pool {
  readonly provider: PlannedProvider;
  readonly models: readonly string[];
  readonly priority: number;
  /** Its share beside those of the same priority; 0: none where others have one. */
  readonly weight: number;
}

/** A route for each model, whose steps are the priorities of those that serve it. */
export function routesOf(pools: readonly Pool[]): readonly PlannedRoute[] {
  const byModel = new Map<string, Pool[]>();
  for (const pool of pools) {
    if (pool.provider.unusable !== undefined) continue;
    for (const model of pool.models) {
      const serving = byModel.get(model);
      if (serving === undefined) byModel.set(model, [pool]);
      else serving.push(pool);
    }
  }
  return [...byModel].map(([model, serving]) => ({ model: exactModel(model), to: stepsOf(serving) }));
}

function stepsOf(pools: readonly Pool[]): PlannedTarget[][] {
  const byPriority = grouped(pools, ({ priority }) => priority).toSorted(
    (one, other) => (other[0]?.priority ?? 0) - (one[0]?.priority ?? 0),
  );
  return byPriority.flatMap((equals) => {
    const weighted = equals.filter(({ weight }) => weight > 0);
    // Without a share beside those that have one a channel is never asked first.
    const parts =
      weighted.length === 0
        ? [equals]
        : [weighted, ...equals.filter(({ weight }) => weight <= 0).map((one) => [one])];
    return parts.map(targetsOf);
  });
}

function targetsOf(equals: readonly Pool[]): PlannedTarget[] {
  const weights = boundedWeights(
    equals.map(({ weight, provider }) => (weight > 0 ? weight : provider.keys.length || 1)),
  );
  return equals.map(({ provider }, index) => ({ provider: provider.id, weight: weights[index] ?? 1 }));
}
