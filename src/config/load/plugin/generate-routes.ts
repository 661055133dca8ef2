import { isHostPattern } from '../../schema/route-conditions.ts';
import type { Note } from './reading.ts';
import type { IngressRoute } from './ingress.ts';
import { fits, routesOfIngresses } from './ingress-routes.ts';
import type { GeneratedRoute, ProviderRule } from './ingress-routes.ts';
import type { ActiveProvider } from './provider-list.ts';
import type { Path } from '../problem.ts';

/** What the rules of a file come to. */
export interface GeneratedRoutes {
  readonly routes: readonly GeneratedRoute[];
  /** The provider of what no route is for. */
  readonly active: ActiveProvider;
  readonly notes: readonly Note[];
}

/**
 * Makes routes of rules: those of domains are routes by host, and what is for a route or service of Higress becomes one
 * where an Ingress of the file says which requests that gets. Where the file has no Ingress, the only provider that is left
 * serves what nothing else is for, unless another does; several are reached by `provider-id/model`.
 * @param forAll - the provider of requests that no rule is for
 */
export function generateRoutes(
  rules: readonly ProviderRule[],
  ingresses: readonly IngressRoute[],
  forAll: ActiveProvider,
): GeneratedRoutes {
  const ofDomains = rules.map((rule) => (rule.by === 'domain' ? routesOfDomain(rule) : undefined));
  const ofIngresses = routesOfIngresses(ingresses, rules, forAll);
  const first = rules.findIndex(({ by }) => by !== 'domain');
  const before = ofDomains.slice(0, first < 0 ? undefined : first).flatMap((each) => each?.routes ?? []);
  const behind = ofDomains.slice(first < 0 ? rules.length : first).flatMap((each) => each?.routes ?? []);
  // A route for hosts goes before one that is for none, so that the order would be another.
  const between = behind.length === 0 ? ofIngresses : ofIngresses.map(forAnyHost);

  const left = rules.filter(
    ({ by, active }) => ingresses.length === 0 && by !== 'domain' && active.kind !== 'none',
  );
  const active = forAll.kind === 'none' ? theOnly(left) : forAll;
  const isOpen = active.kind !== 'none' || left.length > 0;
  const byName = rules.filter(
    (rule) =>
      rule.by !== 'domain' &&
      (rule.active.kind === 'unknown' || (active.kind === 'none' && left.includes(rule))),
  );
  return {
    routes: [
      ...before,
      ...between,
      ...behind,
      ...new Map(byName.flatMap(routeByName)).values(),
      ...(isOpen
        ? []
        : rules.slice(-1).map(({ at }) => ({ fields: { model: '*', to: 'none' as const }, at }))),
    ],
    active,
    notes: [
      ...ofDomains.flatMap((each) => each?.notes ?? []),
      ...rules.flatMap((rule) => untoldNote(rule, ingresses, active)),
      ...ingresses.flatMap((ingress) => uselessNote(ingress, ingresses, ofIngresses)),
    ],
  };
}

/** The provider that all of these rules are for; none where they are for several, or there are none. */
function theOnly([rule, ...others]: readonly ProviderRule[]): ActiveProvider {
  if (rule === undefined || rule.active.kind === 'none') return { kind: 'none' };
  const { id } = rule.active;
  const isOnly = others.every(({ active }) => active.kind !== 'none' && active.id === id);
  return isOnly ? rule.active : { kind: 'none' };
}

function routesOfDomain(rule: ProviderRule): {
  readonly routes: readonly GeneratedRoute[];
  readonly notes: readonly Note[];
} {
  const { names, at, active } = rule;
  const hosts = names.filter(isHostPattern);
  const notes: Note[] = names.every(isHostPattern)
    ? []
    : [{ path: at, expected: 'domains without port, with * at one end at most' }];
  if (hosts.length === 0) return { routes: [], notes };
  if (active.kind === 'none') {
    const expected =
      'a provider: without one the plugin leaves these requests alone, and they are refused here';
    return { routes: [{ fields: { hosts, to: 'none' }, at }], notes: [...notes, { path: at, expected }] };
  }
  const to = [[{ provider: active.id }]];
  return { routes: [{ fields: { hosts, to }, at: originOf(rule) }], notes };
}

/** The rule, or where it names a provider that is not there. */
function originOf({ at, config, active }: ProviderRule): Path {
  return active.kind === 'unknown' ? config.toWritten(['activeProviderId']) : at;
}

function forAnyHost(route: GeneratedRoute): GeneratedRoute {
  return { ...route, fields: { hosts: ['*'], ...route.fields } };
}

/** A route that says how the provider is reached, or that it is not there; by its id. */
function routeByName(rule: ProviderRule): (readonly [id: string, route: GeneratedRoute])[] {
  const { active } = rule;
  if (active.kind === 'none') return [];
  const fields = { model: `${active.id}/*`, to: [[{ provider: active.id }]] };
  return [[active.id, { fields, at: originOf(rule) }]];
}

const KINDS = { route: 'route', service: 'service', 'route-prefix': 'route', domain: 'domain' } as const;

/** Names the routes and services of which no Ingress says what requests go to them. */
function untoldNote(rule: ProviderRule, ingresses: readonly IngressRoute[], active: ActiveProvider): Note[] {
  const { at: path, by, active: own } = rule;
  const untold = rule.names.filter(
    (name) =>
      !ingresses.some((route) =>
        route.services.some((service) => fits({ ...rule, names: [name] }, route, service)),
      ),
  );
  if (by === 'domain' || untold.length === 0) return [];
  const what = `${KINDS[by]} ${untold.join(', ')}${by === 'route-prefix' ? '…' : ''}`;
  const missing = `an Ingress in this file that says what requests go to ${what}`;
  if (own.kind === 'none') return [{ path, expected: missing }];
  if (active.kind !== 'none' && active.id === own.id)
    return [{ path, expected: `${missing}; without one ${own.id} serves all that no route is for` }];
  const route = `routes: [{ hosts: [HOST], to: [${own.id}] }]`;
  return [{ path, expected: `${missing}, or ${route}; without one ask for ${own.id}/MODEL` }];
}

function uselessNote(
  { at: path, fallbackOf }: IngressRoute,
  ingresses: readonly IngressRoute[],
  routes: readonly GeneratedRoute[],
): Note[] {
  if (fallbackOf !== undefined)
    return ingresses.some(({ names }) => names.includes(fallbackOf))
      ? []
      : [{ path, expected: `the Ingress ${fallbackOf} in this file, of which it is the fallback` }];
  return routes.some(({ at }) => at === path)
    ? []
    : [{ path, expected: 'a service that a rule has a provider for; what it is for is not served by it' }];
}
