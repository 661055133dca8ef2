import { flagOf, numberOf, textMapOf, textOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { exactModel } from '../../models.ts';
import type { Notes } from '../../notes.ts';
import type { PlannedRoute, PlannedTarget } from '../../plan.ts';
import { boundedWeights } from '../../pools.ts';
import { nameOf, placeOf } from './group.ts';

/** A standard group, and the providers that its upstreams became. */
export interface Served {
  readonly row: LooseMap;
  readonly name: string;
  readonly targets: readonly PlannedTarget[];
}

/** A group's path leads to its providers; where redirects are strict, only for the models that they name. */
export function routesOf({ row, name, targets }: Served): readonly PlannedRoute[] {
  const paths = [`/proxy/${name}`];
  const to = targets.length === 0 ? [] : [targets];
  if (flagOf(row['model_redirect_strict']) !== true) return [{ paths, to }];
  const models = Object.keys(textMapOf(row['model_redirect_rules']));
  return [...models.map((model) => ({ paths, model: exactModel(model), to })), { paths, to: [] }];
}

/** A group of groups shares its requests among them by their weights. */
export function aggregateRoutes(
  row: LooseMap,
  members: readonly LooseMap[],
  served: ReadonlyMap<string, Served>,
  notes: Notes,
): readonly PlannedRoute[] {
  const own = members
    .filter(
      (member) => textOf(member['group_id']) === textOf(row['id']) && (numberOf(member['weight']) ?? 0) > 0,
    )
    .flatMap((member) => {
      const group = served.get(textOf(member['sub_group_id']) ?? '');
      return group === undefined || group.targets.length === 0
        ? []
        : [{ group, weight: numberOf(member['weight']) ?? 1 }];
    });
  if (own.length === 0) notes.add(placeOf(row), 'a group of groups', 'none of its groups can serve');
  const shares = own.flatMap(({ group, weight }) => {
    const sum = group.targets.reduce((all, target) => all + (target.weight ?? 1), 0);
    return group.targets.map((target) => ({ ...target, weight: (weight * (target.weight ?? 1)) / sum }));
  });
  const weights = boundedWeights(shares.map(({ weight }) => weight));
  const to = shares.map((target, index) => ({ ...target, weight: weights[index] ?? 1 }));
  return [{ paths: [`/proxy/${nameOf(row)}`], to: to.length === 0 ? [] : [to] }];
}
