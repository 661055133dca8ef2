import type { SourceDocument } from './document.ts';
import { formatPath } from './problem.ts';
import type { ConfigProblem, Path } from './problem.ts';
import type { Config, ProviderConfig } from './schema.ts';

/** What is allowed and yet hardly meant. */
export function warningsOf(
  config: Config,
  written: unknown,
  locate: SourceDocument['locate'],
): readonly ConfigProblem[] {
  const sole = typeof written === 'object' && written !== null && 'provider' in written;
  return config.providers.flatMap((provider, index) =>
    warningsOfProvider(provider).map(({ path, expected }) => {
      const whole = [...(sole ? ['provider'] : ['providers', index]), ...path];
      const { line, column } = locate(whole, 'value');
      return { path: formatPath(whole), expected, line, column };
    }),
  );
}

function warningsOfProvider({ apiTokens, failover, retryOnFailure }: ProviderConfig) {
  const warnings: { path: Path; expected: string }[] = [];
  if (apiTokens.length > 1 && !failover.enabled)
    warnings.push({
      path: ['failover', 'enabled'],
      expected: `true for a pool of ${apiTokens.length} keys: without failover a failing key stays in use`,
    });
  if (
    retryOnFailure?.enabled === true &&
    apiTokens.length > 0 &&
    retryOnFailure.maxRetries >= apiTokens.length
  )
    warnings.push({
      path: ['retryOnFailure', 'maxRetries'],
      expected: `fewer retries than keys (${apiTokens.length}): each takes a key that was not tried yet`,
    });
  return warnings;
}
