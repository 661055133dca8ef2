import type { Path } from '../problem.ts';
import { isService } from './ingress.ts';
import type { IngressRoute } from './ingress.ts';
import type { ActiveProvider } from './provider-list.ts';
import type { Rule } from './rules.ts';

/** A rule, and the provider that it is for. */
export interface ProviderRule extends Rule {
  readonly active: ActiveProvider;
}

/** A route as the configuration has it, and where it comes from. */
export interface GeneratedRoute {
  readonly fields: {
    readonly hosts?: readonly string[];
    readonly paths?: readonly string[];
    readonly model?: string;
    readonly to: 'none' | readonly (readonly { readonly provider: string; readonly weight?: number }[])[];
  };
  readonly at: Path;
}

/**
 * The routes that Ingresses come to, in the order in which Higress tries them: by host, then path, the more exact one first
 * (`pkg/ingress/kube/common/tool.go`). Each of its services goes to the provider that the first fitting rule says, or to
 * that of all others; a fallback comes as a further step of its route.
 * @param forAll - the provider of requests that no rule is for
 */
export function routesOfIngresses(
  ingresses: readonly IngressRoute[],
  rules: readonly ProviderRule[],
  forAll: ActiveProvider,
): readonly GeneratedRoute[] {
  const stepOf = (route: IngressRoute): Step => {
    const shares = new Map<string, number>();
    for (const service of route.services) {
      const rule = rules.find((each) => fits(each, route, service));
      const active = rule?.active ?? forAll;
      if (active.kind !== 'none') shares.set(active.id, (shares.get(active.id) ?? 0) + service.weight);
    }
    const isShared = shares.size > 1;
    return Array.from(shares, ([provider, weight]) => ({ provider, ...(isShared && { weight }) }));
  };
  const fallbacks = ingresses.filter(({ fallbackOf }) => fallbackOf !== undefined);
  return ingresses
    .filter(({ fallbackOf }) => fallbackOf === undefined)
    .toSorted((one, other) => hostRank(one) - hostRank(other) || pathRank(one) - pathRank(other))
    .flatMap((route) => {
      const own = fallbacks.filter(({ fallbackOf = '' }) => route.names.includes(fallbackOf));
      const to = [route, ...own].map(stepOf).filter((step) => step.length > 0);
      if (to.length === 0) return [];
      const { at, host, path, model } = route;
      const conditions = {
        ...(host !== undefined && { hosts: [host] }),
        ...(path !== undefined && { paths: [path] }),
        ...(model !== undefined && { model }),
      };
      return [{ fields: { ...conditions, to }, at }];
    });
}

type Step = readonly { readonly provider: string; readonly weight?: number }[];

/** Whether a rule is for a route, or for what it leads to. */
export function fits(
  { by, names, services }: Rule,
  route: IngressRoute,
  service: IngressRoute['services'][number],
): boolean {
  switch (by) {
    case 'route':
      return (
        names.some((name) => route.names.includes(name)) &&
        (services.length === 0 || services.some((name) => isService(name, service)))
      );
    case 'route-prefix':
      return names.some((name) => route.names.some((each) => each.startsWith(name)));
    case 'service':
      return names.some((name) => isService(name, service));
    case 'domain':
      return names.some((name) => route.host !== undefined && isDomain(name, route.host));
  }
}

/** Whether every host of a pattern is one of another pattern. */
function isDomain(pattern: string, host: string): boolean {
  if (pattern.startsWith('*')) return host.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return host.startsWith(pattern.slice(0, -1));
  return host === pattern;
}

/** Longer than any host is. */
const LONGEST_HOST = 1_000;

/** A whole name goes first, then the longest pattern, then any host. */
function hostRank({ host }: IngressRoute): number {
  if (host === undefined) return 1;
  return host.startsWith('*') ? -host.length : -LONGEST_HOST;
}

/** Longest first; of equal ones that with a condition more. */
function pathRank({ path = '', model }: IngressRoute): number {
  return -2 * path.length - (model === undefined ? 0 : 1);
}
