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
    ...(providers.length < 2
      ? []
      : providers.flatMap(({ id }, index) => (reached.has(id) ? [] : [unreached(id, index)]))),
  ];
}

function unreached(id: string, index: number): Warning {
  return {
    path: ['providers', index],
    expected: `a route that leads to it, such as { model: "MODEL*", to: [${id}] }: as it is only requests for ${id}/MODEL reach it`,
  };
}

function isForAll({ model, hosts, paths }: Route): boolean {
  return model === '*' && hosts === undefined && paths === undefined;
}
