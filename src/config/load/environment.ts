import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import { withEnvironmentProxies } from './environment-proxies.ts';
import { environmentRoutes } from './environment-routes.ts';
import { narrowUnion } from './issues.ts';
import { withAbsolutePaths } from './load.ts';
import type { LoadResult } from './load.ts';
import { configSchema } from '../schema/schema.ts';

/** Variables by their names. */
type Variables = Readonly<Record<string, string | undefined>>;

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
      config: withEnvironmentProxies(withAbsolutePaths(parsed.data, process.cwd()), env),
      source: { kind: 'environment' },
      files: [],
      warnings: [],
    };
  // Only tokens come from outside, so nothing else can be wrong.
  const problems = parsed.error.issues.flatMap(narrowUnion).map(({ path, message }) => ({
    path: found[Number(path[1])]?.variable ?? '',
    value: '[secret]',
    expected: `${message} (item ${Number(path[3]) + 1} of the list)`,
  }));
  return { ok: false, problems };
}

/** The variables that hold keys for a type, the first one that is set counts. */
export function variablesOf({ env, otherEnv = [] }: ProviderType): readonly string[] {
  return env === undefined ? [] : [env, ...otherEnv];
}

/** The variables that hold keys for a provider. */
export function keyVariables(env: Variables): readonly string[] {
  return [...providerTypes.values()].flatMap(variablesOf).filter((name) => keysIn(env[name]).length > 0);
}

/** The keys in a variable: a comma-separated list. */
export function keysIn(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

function recoveryOf({ healthCheckModel }: ProviderType) {
  return healthCheckModel === undefined ? { cooldownDuration: COOLDOWN_MS } : { healthCheckModel };
}
