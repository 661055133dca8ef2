import type { ProviderType } from '../../catalog/row.ts';

/** A route as a configuration writes it. */
export interface EnvironmentRoute {
  readonly model: string;
  readonly to: readonly string[] | 'none';
  readonly message?: string;
}

/** Open weights of a maker whose own API does not have them, though their names begin as those of its models do. */
const HOSTED_ONLY = ['gpt-oss*'];

/**
 * The routes of a gateway whose providers come from the environment, by the catalogue's names of models: a maker's models go to it,
 * and behind it to hosts of many makers' models where its weights are open. Clients are refused models of makers without a key, with
 * the name of the variable, but for those that hosts may have. Whatever else there is goes to the hosts in their order, and behind
 * them to the first provider, so that the first that has it answers; without hosts to the first provider alone, as the active one.
 *
 * @param present - the types that have keys, the first one active
 * @param known - all types
 */
export function environmentRoutes(
  present: readonly ProviderType[],
  known: readonly ProviderType[],
): readonly EnvironmentRoute[] {
  const [active, another] = present;
  if (active === undefined) return [];
  // Applications such as Dify's answer by any name.
  const answersToAnyName = active.ownModels === undefined && active.hostsModels !== true;
  if (another === undefined && answersToAnyName) return [];
  const hosts = present.filter(({ hostsModels }) => hostsModels === true).map(({ type }) => type);
  const routes = known.flatMap((maker): EnvironmentRoute[] => {
    const { type, ownModels = [], openWeights = false } = maker;
    if (present.includes(maker)) {
      const to = openWeights ? [type, ...hosts] : [type];
      return ownModels.map((model) => ({ model, to }));
    }
    if (openWeights && hosts.length > 0) return [];
    const message = refusalOf(maker, hosts[0]);
    return ownModels.map((model) => ({ model, to: 'none', message }));
  });
  if (hosts.length === 0) return routes;
  const hosted = HOSTED_ONLY.map((model): EnvironmentRoute => ({ model, to: hosts }));
  const anybody = [...new Set([...hosts, active.type])];
  return [...hosted, ...routes, { model: '*', to: anybody }];
}

function refusalOf({ type, env = '' }: ProviderType, host: string | undefined): string {
  const elsewhere = host === undefined ? '' : ` Hosts such as ${host} may have it as maker/model.`;
  return `It is a model of ${type}, which has no key here: set ${env}.${elsewhere}`;
}
