import type { Call } from '../dialects/operations/call.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import type { Provider } from '../providers/provider.ts';
import type { ResourceOwner } from './resource-owner.ts';
import { conditionMatcher, isConditional } from './route-conditions.ts';
import type { RouteConditions, RouteQuery } from './route-conditions.ts';

/** A provider that may serve a request, and the name that it has for the model. */
export interface RouteTarget {
  readonly provider: Provider;
  readonly model: string | undefined;
  /** How much the model takes, where the configuration says so. Tokens. */
  readonly contextWindow?: number;
  /** Where its route balances load between several: their tier in the route's order, and its share of the requests. */
  readonly balancing?: { readonly tier: number; readonly share: number };
  /** The only key that may be used; absent where any key of the provider may. */
  readonly pinnedKey?: PooledKey;
  /** The key that produced the sealed reasoning in the request, which only it can read: preferred while it is usable. */
  readonly owner?: ResourceOwner;
}

/** Where a request may go, in order of preference. */
export type Route =
  | {
      readonly kind: 'targets';
      readonly targets: readonly RouteTarget[];
      /** Absent where no route of the configuration led here. */
      readonly options?: RouteOptions;
      /** What that route is for: hosts, paths and model, as the configuration has them. */
      readonly name?: string;
    }
  | {
      readonly kind: 'no-route';
      /** What the configuration has clients told. */
      readonly message?: string;
    };

/** What the configuration asks for on a route. */
export interface RouteOptions {
  /** What happens to a request that is too long for the model. */
  readonly onContextLength: 'fail' | 'next';
  /** Answers are held until they are complete. */
  readonly holdWhole: boolean;
}

/** What the configuration says of routes. */
export interface RouteTable {
  readonly routes: readonly (RouteOptions &
    RouteConditions & {
      /** Steps in order of preference; nobody serves what the route is for where there are none. */
      readonly to: readonly (readonly RouteEntry[])[];
      /** For clients that it refuses. */
      readonly message?: string;
    })[];
  readonly activeProviderId: string | undefined;
  /** In [0, 1): for load balancing. */
  readonly random: () => number;
}

/** A provider on a route: its model, where that is not the client's, and its weight within its tier. */
interface RouteEntry {
  readonly provider: string;
  readonly model?: string;
  readonly weight: number;
  readonly contextWindow?: number;
}

interface WeightedTarget extends Pick<RouteTarget, 'contextWindow' | 'balancing'> {
  readonly provider: Provider;
  readonly model: string | undefined;
  readonly weight: number;
}

/**
 * Makes the function that finds where a request is served: the first route that is for its host or path; else
 * `provider-id/model` names a provider; then an exact route, then patterns in the order of the configuration; then the
 * active provider. Without a model it is the active provider, or the first where there is none, unless a route is for its
 * host or path.
 */
export function router(
  providers: ReadonlyMap<string, Provider>,
  { routes, activeProviderId, random }: RouteTable,
): (query: RouteQuery) => Route {
  const known = routes.map((route) => ({
    matches: conditionMatcher(route),
    isConditional: isConditional(route),
    model: route.model,
    name: routeName(route),
    message: route.message,
    options: { onContextLength: route.onContextLength, holdWhole: route.holdWhole },
    tiers: route.to.map((entries, tier) =>
      withShares(
        entries.flatMap((entry) => weightedTarget(entry, providers)),
        tier,
      ),
    ),
  }));
  const conditional = known.filter((route) => route.isConditional);
  const byModel = known.filter((route) => !route.isConditional);
  // Of two routes for one name the first counts, as with patterns.
  const exact = new Map(byModel.toReversed().map((route) => [route.model, route]));
  const active = activeProviderId === undefined ? undefined : providers.get(activeProviderId);
  const [first] = providers.values();

  const follow = (
    { tiers, options, name, message }: (typeof known)[number],
    model: string | undefined,
  ): Route => {
    if (tiers.length === 0) return { kind: 'no-route', ...(message !== undefined && { message }) };
    const ordered = tiers.flatMap((tier) => (tier.length === 1 ? tier : weightedShuffle(tier, random)));
    return { kind: 'targets', targets: ordered.map((target) => routeTarget(target, model)), options, name };
  };

  return (query) => {
    const fitting = conditional.find(({ matches }) => matches(query));
    const { model } = query;
    if (fitting !== undefined) return follow(fitting, model);
    if (model === undefined) {
      const provider = active ?? first;
      return provider === undefined
        ? { kind: 'no-route' }
        : { kind: 'targets', targets: [{ provider, model: undefined }] };
    }
    const named = namedProvider(model, providers);
    if (named !== undefined) return routeTo(named, model.slice(named.id.length + 1));
    const found = exact.get(model) ?? byModel.find(({ matches }) => matches(query));
    if (found !== undefined) return follow(found, model);
    return active === undefined ? { kind: 'no-route' } : routeTo(active, model);
  };
}

function routeName({ hosts, paths, model }: RouteConditions): string {
  return [...shortened(hosts), ...shortened(paths), model].join(' ');
}

/** The first, and how many others there are. */
function shortened([first, ...others]: readonly string[] = []): readonly string[] {
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first} (+${others.length})`];
}

function weightedTarget(
  { provider: id, model, ...rest }: RouteEntry,
  providers: ReadonlyMap<string, Provider>,
): WeightedTarget[] {
  const provider = providers.get(id);
  return provider === undefined ? [] : [{ ...rest, provider, model }];
}

function withShares(targets: readonly WeightedTarget[], tier: number): readonly WeightedTarget[] {
  if (targets.length < 2) return targets;
  const all = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map((target) => ({ ...target, balancing: { tier, share: target.weight / all } }));
}

function routeTarget(
  { provider, model, balancing, contextWindow }: WeightedTarget,
  requestedModel: string | undefined,
): RouteTarget {
  return {
    provider,
    // A request without a model stays one.
    model: requestedModel === undefined ? undefined : provider.mapModel(model ?? requestedModel),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(balancing !== undefined && { balancing }),
  };
}

function routeTo(provider: Provider, model: string): Route {
  return { kind: 'targets', targets: [{ provider, model: provider.mapModel(model) }] };
}

/** The order for one request: each comes first with a chance of its weight in all weights, and so on among the rest. */
function weightedShuffle(targets: readonly WeightedTarget[], random: () => number): WeightedTarget[] {
  return targets
    .map((target) => ({ target, rank: -Math.log(1 - random()) / target.weight }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ target }) => target);
}

/**
 * The route of a call whose path belongs to no operation: of the usual one those that are sent such a path; where none is, the
 * active provider, or else the first one that is.
 */
export function forwardingRoute(
  { target, model }: Call,
  usual: Route,
  active: Provider | undefined,
  providers: ReadonlyMap<string, Provider>,
): Route {
  const forwards = (provider: Provider): boolean => provider.forwards(target);
  const targets = usual.kind === 'targets' ? usual.targets.filter(({ provider }) => forwards(provider)) : [];
  if (targets.length > 0) return { ...usual, kind: 'targets', targets };
  const provider = active !== undefined && forwards(active) ? active : providers.values().find(forwards);
  if (provider === undefined) return usual;
  return { kind: 'targets', targets: [pinnedTarget(provider, undefined, model, providers)] };
}

/**
 * The target of a call that only one provider can answer, and only one of its keys where it has keys. It overrides all
 * routes. From a model named with its provider the provider's name is removed.
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

/** The targets with the owner's provider first, if it is among them. */
export function ownerFirst(targets: readonly RouteTarget[], owner: ResourceOwner): readonly RouteTarget[] {
  const isOwn = ({ provider }: RouteTarget): boolean => provider.id === owner.providerId;
  const own = targets.filter(isOwn).map((target) => ({ ...target, owner }));
  return own.length === 0 ? targets : [...own, ...targets.filter((target) => !isOwn(target))];
}

/** The provider that `provider-id/model` names, if there is one. */
function namedProvider(model: string, providers: ReadonlyMap<string, Provider>): Provider | undefined {
  const slash = model.indexOf('/');
  return slash > 0 ? providers.get(model.slice(0, slash)) : undefined;
}
