import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import { narrowUnion } from './issues.ts';
import { withAbsolutePaths } from './load.ts';
import type { LoadResult } from './load.ts';
import { configSchema } from '../schema/schema.ts';

/** The cooldown of keys where no model for health checks is known. */
const COOLDOWN_MS = 60_000;

/**
 * A configuration from the environment variables that providers document, such as `OPENAI_API_KEY`:
 * a provider for each that is set, named after its type, the first one active, failover on. A comma-separated
 * list is a pool. Undefined where none is set.
 */
export function configFromEnvironment(env: NodeJS.ProcessEnv): LoadResult | undefined {
  const found = [...providerTypes.values()].flatMap((type) => {
    const tokens = type.env === undefined ? [] : tokensOf(env[type.env]);
    return tokens.length === 0 ? [] : [{ type, tokens }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const parsed = configSchema.safeParse({
    providers: found.map(({ type, tokens }) => ({
      id: type.type,
      type: type.type,
      apiTokens: tokens,
      failover: { enabled: true, ...recoveryOf(type) },
    })),
    activeProviderId: first.type.type,
  });
  if (parsed.success)
    return {
      ok: true,
      config: withAbsolutePaths(parsed.data, process.cwd()),
      files: [],
      warnings: [],
    };
  // Only tokens come from outside, so nothing else can be wrong.
  const problems = parsed.error.issues.flatMap(narrowUnion).map(({ path, message }) => ({
    path: found[Number(path[1])]?.type.env ?? '',
    value: '[secret]',
    expected: `${message} (item ${Number(path[3]) + 1} of the list)`,
  }));
  return { ok: false, problems };
}

function tokensOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

function recoveryOf({ healthCheckModel }: ProviderType) {
  return healthCheckModel === undefined ? { cooldownDuration: COOLDOWN_MS } : { healthCheckModel };
}
