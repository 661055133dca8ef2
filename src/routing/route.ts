import type { ResourceOwner } from './resource-owner.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { modelMatcher } from '../providers/model-names.ts';
import type { Provider } from '../providers/provider.ts';

/** A provider that may answer, and the model to ask it for in its own words. */
export interface RouteTarget {
  readonly provider: Provider;
  readonly model: string | undefined;
  /** How much the model takes, where the configuration says so. Tokens. */
  readonly contextWindow?: number;
  /** Where it has equals on its route: its place in the order, which they share, and the part of requests it gets there. */
  readonly equals?: { readonly place: number; readonly share: number };
  /** The one key that will do; absent where any key of the provider may be chosen. */
  readonly pinnedKey?: PooledKey;
  /** Who made what the request sends back and only its maker can read: preferred while it can be used. */
  readonly owner?: ResourceOwner;
}

/** Where a request may go, in order of preference. */
export type Route =
  | {
      readonly kind: 'targets';
      readonly targets: readonly RouteTarget[];
      /** Absent where no route of the configuration led here. */
      readonly options?: RouteOptions;
    }
  | { readonly kind: 'no-route' };

/** What the configuration asks for on a route. */
export interface RouteOptions {
  /** What becomes of a request that holds more than a model takes. */
  readonly onContextLength: 'fail' | 'next';
  /** Answers are held until they are complete. */
  readonly holdWhole: boolean;
}

/** What the configuration says of routes. */
export interface RouteTable {
  readonly routes: readonly (RouteOptions & {
    readonly model: string;
    readonly to: readonly (readonly RouteEntry[])[];
  })[];
  readonly activeProviderId: string | undefined;
  /** In [0, 1): picks among equals. */
  readonly random: () => number;
}

/** A provider on a route: which model it is asked for, where not the client's, and its share beside its equals. */
interface RouteEntry {
  readonly provider: string;
  readonly model?: string;
  readonly weight: number;
  readonly contextWindow?: number;
}

interface WeightedTarget extends Pick<RouteTarget, 'contextWindow' | 'equals'> {
  readonly provider: Provider;
  readonly model: string | undefined;
  readonly weight: number;
}

/**
 * Makes the function that finds where a model is served: `provider-id/model` names a provider outright; then
 * an exact route, then patterns in the order written; then the active provider. Without a model it is the
 * active provider, or the first where none is.
 */
export function router(
  providers: ReadonlyMap<string, Provider>,
  { routes, activeProviderId, random }: RouteTable,
): (model: string | undefined) => Route {
  const known = routes.map(({ model, to, onContextLength, holdWhole }) => ({
    matches: modelMatcher(model),
    model,
    options: { onContextLength, holdWhole },
    to: to.map((equals, place) =>
      withShares(
        equals.flatMap((entry) => weightedTarget(entry, providers)),
        place,
      ),
    ),
  }));
  // Of two routes for one name the first counts, as of two patterns.
  const exact = new Map(known.toReversed().map((route) => [route.model, route]));
  const active = activeProviderId === undefined ? undefined : providers.get(activeProviderId);
  const [first] = providers.values();

  return (model) => {
    if (model === undefined) {
      const provider = active ?? first;
      return provider === undefined
        ? { kind: 'no-route' }
        : { kind: 'targets', targets: [{ provider, model: undefined }] };
    }
    const named = namedProvider(model, providers);
    if (named !== undefined) return routeTo(named, model.slice(named.id.length + 1));
    const found = exact.get(model) ?? known.find(({ matches }) => matches(model));
    if (found !== undefined) {
      const weighted = found.to.flatMap((equals) =>
        equals.length === 1 ? equals : weightedShuffle(equals, random),
      );
      const { options } = found;
      return { kind: 'targets', targets: weighted.map((stop) => targetAt(stop, model)), options };
    }
    return active === undefined ? { kind: 'no-route' } : routeTo(active, model);
  };
}

function weightedTarget(
  { provider: id, model, ...rest }: RouteEntry,
  providers: ReadonlyMap<string, Provider>,
): WeightedTarget[] {
  const provider = providers.get(id);
  return provider === undefined ? [] : [{ ...rest, provider, model }];
}

function withShares(equals: readonly WeightedTarget[], place: number): readonly WeightedTarget[] {
  if (equals.length < 2) return equals;
  const all = equals.reduce((sum, { weight }) => sum + weight, 0);
  return equals.map((stop) => ({ ...stop, equals: { place, share: stop.weight / all } }));
}

function targetAt(
  { provider, model, equals, contextWindow }: WeightedTarget,
  requestedModel: string,
): RouteTarget {
  return {
    provider,
    model: provider.mapModel(model ?? requestedModel),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(equals !== undefined && { equals }),
  };
}

function routeTo(provider: Provider, model: string): Route {
  return { kind: 'targets', targets: [{ provider, model: provider.mapModel(model) }] };
}

/** Equals in the order of one request: each stands first as often as its weight says, and so on among the rest. */
function weightedShuffle(equals: readonly WeightedTarget[], random: () => number): WeightedTarget[] {
  return equals
    .map((stop) => ({ stop, rank: -Math.log(1 - random()) / stop.weight }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ stop }) => stop);
}

/**
 * The way of a call that only one provider can answer, and where it has keys only one of them: ahead of all
 * routes. A model that is named with a provider goes by its plain name.
 */
export function pinnedTarget(
  provider: Provider,
  pinnedKey: PooledKey | undefined,
  model: string | undefined,
  providers: ReadonlyMap<string, Provider>,
): RouteTarget {
  const named = model === undefined ? undefined : namedProvider(model, providers);
  const plain = named === undefined ? model : model?.slice(named.id.length + 1);
  return {
    provider,
    model: plain === undefined ? undefined : provider.mapModel(plain),
    ...(pinnedKey !== undefined && { pinnedKey }),
  };
}

/** Targets in the order that suits `owner`: its provider's first, if the route leads there at all. */
export function ownerFirst(targets: readonly RouteTarget[], owner: ResourceOwner): readonly RouteTarget[] {
  const isOwn = ({ provider }: RouteTarget): boolean => provider.id === owner.providerId;
  const own = targets.filter(isOwn).map((target) => ({ ...target, owner }));
  return own.length === 0 ? targets : [...own, ...targets.filter((target) => !isOwn(target))];
}

/** The provider that `provider-id/model` names, where there is such a one. */
function namedProvider(model: string, providers: ReadonlyMap<string, Provider>): Provider | undefined {
  const slash = model.indexOf('/');
  return slash > 0 ? providers.get(model.slice(0, slash)) : undefined;
}
