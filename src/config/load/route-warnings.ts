import type { Config } from '../schema/schema.ts';
import type { Warning } from './problem.ts';

type Route = Config['routes'][number];

/** Where a route leads nowhere, or no route leads. */
export function routeWarnings({ providers, routes, activeProviderId }: Config): readonly Warning[] {
  const catchAll = routes.findIndex(isForAll);
  const isHidden = (route: Route, index: number): boolean =>
    catchAll >= 0 &&
    index > catchAll &&
    route.hosts === undefined &&
    route.paths === undefined &&
    /[*~]/.test(route.model);
  const reached = new Set(
    routes
      .filter((route, index) => !isHidden(route, index))
      .flatMap(({ to }) => to.flatMap((step) => step.map(({ provider }) => provider))),
  );
  // What no route fits goes to the active one.
  if (catchAll < 0 && activeProviderId !== undefined) reached.add(activeProviderId);
  return [
    ...routes.flatMap((route, index) =>
      isHidden(route, index)
        ? [
            {
              path: ['routes', index],
              expected: `a place before routes[${catchAll}], which takes all that this one is for`,
            },
          ]
        : [],
    ),
    ...unreachedWarning(
      providers.map(({ id }, index) => ({ id, index })).filter(({ id }) => !reached.has(id)),
    ),
  ];
}

/** Of several one line, at the first of them. */
function unreachedWarning(providers: readonly { readonly id: string; readonly index: number }[]): Warning[] {
  const [first, ...others] = providers;
  if (first === undefined) return [];
  const names = providers.slice(0, MAX_NAMED).map(({ id }) => id);
  const more = providers.length > MAX_NAMED ? ` and ${providers.length - MAX_NAMED} more` : '';
  const [what, reached] =
    others.length === 0
      ? ['a route that leads to it', `${first.id}/MODEL reach it`]
      : [`routes that lead to ${names.join(', ')}${more}`, 'ID/MODEL reach them'];
  return [
    {
      path: ['providers', first.index],
      expected: `${what}, such as { model: "MODEL*", to: [${first.id}] }: as it is only requests for ${reached}`,
    },
  ];
}

/** Providers named in one line. */
const MAX_NAMED = 8;

function isForAll({ model, hosts, paths }: Route): boolean {
  return model === '*' && hosts === undefined && paths === undefined;
}
