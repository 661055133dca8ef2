import { flagOf, mapOf, textOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { exactModel, isOfVendor, starPatternOf, starRegex, vendorPattern } from '../../models.ts';
import type { NamedVendor } from '../../models.ts';
import type { PlannedRoute, PlannedTarget } from '../../plan.ts';
import { boundedWeights, grouped } from '../../pools.ts';
import type { Entry } from './entries.ts';

/** A provider on routes. */
export interface Pool extends Entry {
  readonly id: string;
  /** Its share beside those of the same priority. */
  readonly share: number;
}

/** Names with their providers first, then what is excluded, then all that a vendor is known by. */
export function routesOf(pools: readonly Pool[], value: LooseMap): readonly PlannedRoute[] {
  const order = textOf(mapOf(value['routing'])['strategy']) === 'fill-first' ? 'fill' : 'share';
  const forced = flagOf(value['force-model-prefix']) === true;
  const open = pools.filter(({ models }) => models.length === 0);
  const named = new Map<string, { pool: Pool; model?: string }[]>();
  const put = (asked: string, pool: Pool, model?: string): void => {
    const known = named.get(asked) ?? [];
    known.push(model === undefined || model === asked ? { pool } : { pool, model });
    named.set(asked, known);
  };
  for (const pool of pools)
    for (const { alias, name } of pool.models) {
      if (isExcluded(name, pool)) continue;
      if (pool.prefix === undefined || !forced) put(alias, pool, name);
      if (pool.prefix !== undefined) put(`${pool.prefix}/${alias}`, pool, name);
    }
  const unprefixed = open.filter(({ prefix }) => prefix === undefined || !forced);
  const servesByName = (vendor: NamedVendor): readonly Pool[] =>
    unprefixed.filter(({ section }) => section.vendor === vendor);
  // Who names no models serves those of its vendor, beside who names them.
  for (const asked of named.keys())
    for (const pool of unprefixed)
      if (
        pool.section.vendor !== undefined &&
        isOfVendor(asked, pool.section.vendor) &&
        !isExcluded(asked, pool)
      )
        put(asked, pool);
  const vendors = [...new Set(unprefixed.flatMap(({ section }) => section.vendor ?? []))];
  const targets = (those: readonly Pool[]): PlannedTarget[][] =>
    stepsOf(
      those.map((pool) => ({ pool })),
      order,
    );
  return [
    ...[...named].map(([asked, serving]) => ({ model: exactModel(asked), to: stepsOf(serving, order) })),
    ...vendors.flatMap((vendor) =>
      [...new Set(servesByName(vendor).flatMap(({ excluded }) => excluded))].map((pattern) => ({
        model: starPatternOf(pattern, vendor),
        to: targets(servesByName(vendor).filter(({ excluded }) => !excluded.includes(pattern))),
      })),
    ),
    ...grouped(
      open.filter(({ prefix }) => prefix !== undefined),
      ({ prefix }) => prefix,
    ).map((those) => ({
      model: `${those[0]?.prefix}/*`,
      to: targets(those),
    })),
    ...vendors.map((vendor) => ({ model: vendorPattern(vendor), to: targets(servesByName(vendor)) })),
  ];
}

function isExcluded(model: string, { excluded }: Pool): boolean {
  return excluded.some((pattern) => new RegExp(starRegex(pattern), 'i').test(model));
}

/** Priorities are steps; equals share, or are filled one after the other. */
function stepsOf(
  serving: readonly { readonly pool: Pool; readonly model?: string }[],
  order: 'fill' | 'share',
): PlannedTarget[][] {
  const byPriority = grouped(serving, ({ pool }) => pool.priority).toSorted(
    (one, other) => (other[0]?.pool.priority ?? 0) - (one[0]?.pool.priority ?? 0),
  );
  return byPriority.flatMap((equals) => {
    const weights = boundedWeights(equals.map(({ pool }) => pool.share || 1));
    const targets = equals.map(({ pool, model }, index) => ({
      provider: pool.id,
      ...(model !== undefined && { model }),
      ...(order === 'share' && { weight: weights[index] ?? 1 }),
    }));
    return order === 'fill' ? targets.map((target) => [target]) : [targets];
  });
}
