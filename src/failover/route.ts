import { modelMatcher } from '../providers/model-names.ts';
import type { Provider } from '../providers/provider.ts';

/** A provider that may answer, and the model to ask it for in its own words. */
export interface RouteTarget {
  readonly provider: Provider;
  readonly model: string | undefined;
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
  // Of two routes for one name the first counts, as of two patterns.
  const exact = new Map(routes.toReversed().map(({ model, to }) => [model, to]));
  const patterns = routes.map(({ model, to }) => ({ matches: modelMatcher(model), to }));
  const active = activeProviderId === undefined ? undefined : providers.get(activeProviderId);
  const [first] = providers.values();

  const targetsOf = (ids: readonly string[], model: string): Route => ({
    kind: 'targets',
    targets: ids.flatMap((id) => {
      const provider = providers.get(id);
      return provider === undefined ? [] : [{ provider, model: provider.mapModel(model) }];
    }),
  });

  return (model) => {
    if (model === undefined) {
      const provider = active ?? first;
      return provider === undefined
        ? { kind: 'no-route' }
        : { kind: 'targets', targets: [{ provider, model: undefined }] };
    }
    const slash = model.indexOf('/');
    const named = slash > 0 ? model.slice(0, slash) : undefined;
    if (named !== undefined && providers.has(named)) return targetsOf([named], model.slice(slash + 1));
    const to = exact.get(model) ?? patterns.find(({ matches }) => matches(model))?.to;
    if (to !== undefined) return targetsOf(to, model);
    return active === undefined ? { kind: 'no-route' } : targetsOf([active.id], model);
  };
}
