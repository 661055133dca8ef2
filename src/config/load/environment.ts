import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import { proxyWarnings, withEnvironmentProxies } from './environment-proxies.ts';
import { environmentRoutes } from './environment-routes.ts';
import { keysIn, variablesOf } from './key-variables.ts';
import type { Variables } from './key-variables.ts';
import { keyWarnings } from './credential-warnings.ts';
import { narrowUnion } from './issues.ts';
import { withAbsolutePaths } from './load.ts';
import type { LoadResult } from './load.ts';
import { configSchema } from '../schema/schema.ts';
import type { Config } from '../schema/schema.ts';

/** The cooldown of keys where no model for health checks is known. */
const COOLDOWN_MS = 60_000;

/**
 * A configuration from the environment variables that providers document, such as `OPENAI_API_KEY`: a provider for each that is
 * set, named after its type, the first one active, failover on, and routes that lead each maker's models to it. A comma-separated
 * list is a pool; an empty variable is none. Undefined where none is set.
 */
export function configFromEnvironment(env: Variables): LoadResult | undefined {
  const known = [...providerTypes.values()];
  const found = known.flatMap((type) => {
    const variable = variablesOf(type).find((name) => keysIn(env[name]).length > 0);
    return variable === undefined ? [] : [{ type, variable, tokens: keysIn(env[variable]) }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const present = found.map(({ type }) => type);
  const parsed = configSchema.safeParse({
    providers: found.map(({ type, tokens }) => ({
      id: type.type,
      type: type.type,
      apiTokens: tokens,
      failover: { enabled: true, ...recoveryOf(type) },
    })),
    routes: environmentRoutes(present, known),
    activeProviderId: first.type.type,
  });
  if (parsed.success)
    return {
      ok: true,
      config: withVariables(
        withEnvironmentProxies(withAbsolutePaths(parsed.data, process.cwd()), env),
        found.map(({ variable }) => variable),
      ),
      files: [],
      warnings: [
        ...proxyWarnings(env),
        ...parsed.data.providers.flatMap((provider, index) =>
          keyWarnings(provider).map(({ path, expected }) => ({
            path: found[index]?.variable ?? '',
            expected: inList(expected, path[1], provider.apiTokens.length),
          })),
        ),
      ],
    };
  // Only tokens come from outside, so nothing else can be wrong.
  const problems = parsed.error.issues.flatMap(narrowUnion).map(({ path, message }) => ({
    path: found[Number(path[1])]?.variable ?? '',
    value: '[secret]',
    expected: inList(message, path[3]),
  }));
  return { ok: false, problems };
}

/** @param index - of the key in the list of its variable, counted from 0 */
function inList(expected: string, index: PropertyKey | undefined, length = Infinity): string {
  return length === 1 ? expected : `${expected} (item ${Number(index) + 1} of the list)`;
}

/** Keys by their variable, with their number, counted from 1, where it holds several. */
function withVariables(config: Config, variables: readonly string[]): Config {
  const providers = config.providers.map((provider, index) => {
    const variable = variables[index] ?? '';
    const isSole = provider.apiTokens.length === 1;
    const apiTokens = provider.apiTokens.map((key, n) => ({
      ...key,
      origin: isSole ? variable : `${variable}[${n + 1}]`,
    }));
    return { ...provider, apiTokens };
  });
  return { ...config, providers };
}

function recoveryOf({ healthCheckModel }: ProviderType) {
  return healthCheckModel === undefined ? { cooldownDuration: COOLDOWN_MS } : { healthCheckModel };
}
