import type { Maker } from '../affinity/made.ts';
import type { PooledKey } from '../keys/pool.ts';
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
  readonly only?: PooledKey;
  /** Who made what the request sends back and only its maker can read: preferred while it can be used. */
  readonly owner?: Maker;
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
    readonly to: readonly (readonly Entry[])[];
  })[];
  readonly activeProviderId: string | undefined;
  /** In [0, 1): picks among equals. */
  readonly random: () => number;
}

/** A provider on a route: which model it is asked for, where not the client's, and its share beside its equals. */
interface Entry {
  readonly provider: string;
  readonly model?: string;
  readonly weight: number;
  readonly contextWindow?: number;
}

interface Stop extends Pick<RouteTarget, 'contextWindow' | 'equals'> {
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
        equals.flatMap((entry) => stopAt(entry, providers)),
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
    if (named !== undefined) return routeAt(named, model.slice(named.id.length + 1));
    const found = exact.get(model) ?? known.find(({ matches }) => matches(model));
    if (found !== undefined) {
      const stops = found.to.flatMap((equals) => (equals.length === 1 ? equals : shuffle(equals, random)));
      const { options } = found;
      return { kind: 'targets', targets: stops.map((stop) => targetAt(stop, model)), options };
    }
    return active === undefined ? { kind: 'no-route' } : routeAt(active, model);
  };
}

function stopAt({ provider: id, model, ...rest }: Entry, providers: ReadonlyMap<string, Provider>): Stop[] {
  const provider = providers.get(id);
  return provider === undefined ? [] : [{ ...rest, provider, model }];
}

function withShares(equals: readonly Stop[], place: number): readonly Stop[] {
  if (equals.length < 2) return equals;
  const all = equals.reduce((sum, { weight }) => sum + weight, 0);
  return equals.map((stop) => ({ ...stop, equals: { place, share: stop.weight / all } }));
}

function targetAt({ provider, model, equals, contextWindow }: Stop, asked: string): RouteTarget {
  return {
    provider,
    model: provider.mapModel(model ?? asked),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(equals !== undefined && { equals }),
  };
}

function routeAt(provider: Provider, model: string): Route {
  return { kind: 'targets', targets: [{ provider, model: provider.mapModel(model) }] };
}

/** Equals in the order of one request: each stands first as often as its weight says, and so on among the rest. */
function shuffle(equals: readonly Stop[], random: () => number): Stop[] {
  return equals
    .map((stop) => ({ stop, rank: -Math.log(1 - random()) / stop.weight }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ stop }) => stop);
}

/**
 * The way of a call that only one provider can answer, and where it has keys only one of them: ahead of all
 * routes. A model that is named with a provider goes by its plain name.
 */
export function soleTarget(
  provider: Provider,
  only: PooledKey | undefined,
  model: string | undefined,
  providers: ReadonlyMap<string, Provider>,
): RouteTarget {
  const named = model === undefined ? undefined : namedProvider(model, providers);
  const plain = named === undefined ? model : model?.slice(named.id.length + 1);
  return {
    provider,
    model: plain === undefined ? undefined : provider.mapModel(plain),
    ...(only !== undefined && { only }),
  };
}

/** Targets in the order that suits `owner`: its provider's first, if the route leads there at all. */
export function ownersFirst(targets: readonly RouteTarget[], owner: Maker): readonly RouteTarget[] {
  const isOwners = ({ provider }: RouteTarget): boolean => provider.id === owner.providerId;
  const own = targets.filter(isOwners).map((target) => ({ ...target, owner }));
  return own.length === 0 ? targets : [...own, ...targets.filter((target) => !isOwners(target))];
}

/** The provider that `provider-id/model` names, where there is such a one. */
function namedProvider(model: string, providers: ReadonlyMap<string, Provider>): Provider | undefined {
  const slash = model.indexOf('/');
  return slash > 0 ? providers.get(model.slice(0, slash)) : undefined;
}
