import type { PooledKey } from '../keys/pool.ts';
import { modelMatcher } from '../providers/model-names.ts';
import type { Provider } from '../providers/provider.ts';

/** A provider that may answer, and the model to ask it for in its own words. */
export interface RouteTarget {
  readonly provider: Provider;
  readonly model: string | undefined;
  /** The one key that will do; absent where any key of the provider may be chosen. */
  readonly only?: PooledKey;
}

/** Where a request may go, in order of preference. */
export type Route =
  { readonly kind: 'targets'; readonly targets: readonly RouteTarget[] } | { readonly kind: 'no-route' };

/** What the configuration says of routes. */
export interface RouteTable {
  readonly routes: readonly { readonly model: string; readonly to: readonly string[] }[];
  readonly activeProviderId: string | undefined;
}

/**
 * Makes the function that finds where a model is served: `provider-id/model` names a provider outright; then
 * an exact route, then patterns in the order written; then the active provider. Without a model it is the
 * active provider, or the first where none is.
 */
export function router(
  providers: ReadonlyMap<string, Provider>,
  { routes, activeProviderId }: RouteTable,
): (model: string | undefined) => Route {
  const known = routes.map(({ model, to }) => ({
    model,
    matches: modelMatcher(model),
    to: to.map((id) => providers.get(id)).filter((provider) => provider !== undefined),
  }));
  // Of two routes for one name the first counts, as of two patterns.
  const exact = new Map(known.toReversed().map(({ model, to }) => [model, to]));
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
    if (named !== undefined) return targetsAt([named], model.slice(named.id.length + 1));
    const to = exact.get(model) ?? known.find(({ matches }) => matches(model))?.to;
    if (to !== undefined) return targetsAt(to, model);
    return active === undefined ? { kind: 'no-route' } : targetsAt([active], model);
  };
}

function targetsAt(providers: readonly Provider[], model: string): Route {
  const targets = providers.map((provider) => ({ provider, model: provider.mapModel(model) }));
  return { kind: 'targets', targets };
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

/** The provider that `provider-id/model` names, where there is such a one. */
function namedProvider(model: string, providers: ReadonlyMap<string, Provider>): Provider | undefined {
  const slash = model.indexOf('/');
  return slash > 0 ? providers.get(model.slice(0, slash)) : undefined;
}
