import { answersChats, operationOfCapability } from '../../catalog/capabilities.ts';
import { providerTypes } from '../../catalog/provider-types.ts';
import type { SourceDocument } from './document.ts';
import { formatPath } from './problem.ts';
import type { ConfigProblem, Path } from './problem.ts';
import type { Config, ProviderConfig } from '../schema/schema.ts';

/** What is valid and yet probably a mistake. */
export function warningsOf(
  config: Config,
  written: unknown,
  locate: SourceDocument['locate'],
): readonly ConfigProblem[] {
  const isSingle = typeof written === 'object' && written !== null && 'provider' in written;
  return config.providers.flatMap((provider, index) =>
    warningsOfProvider(provider).map(({ path, expected }) => {
      const whole = [...(isSingle ? ['provider'] : ['providers', index]), ...path];
      const { line, column } = locate(whole, 'value');
      return { path: formatPath(whole), expected, line, column };
    }),
  );
}

/** Options of the plugin that are accepted without effect, and why. */
const WITHOUT_EFFECT: readonly {
  readonly field: keyof ProviderConfig;
  /** Where only some of its values are without effect: those. */
  readonly values?: readonly unknown[];
  /** Where it has an effect beside other options: whether these are so. */
  readonly unless?: (provider: ProviderConfig) => boolean;
  readonly why: string;
}[] = [
  { field: 'authHeaderKey', why: 'the plugin does not read it either' },
  { field: 'klingTokenRefreshAhead', why: 'a token is made for each request' },
  {
    field: 'logUpstreamErrorResponseBody',
    values: [true],
    why: 'the log says which rule judged an error, and never what stood in it',
  },
  {
    field: 'minimaxGroupId',
    unless: ({ minimaxApiType, protocol }) => minimaxApiType === 'pro' || protocol === 'original',
    why: 'it belongs to minimaxApiType: pro',
  },
  { field: 'moonshotFileId', why: 'the present plugin does not read it either' },
  { field: 'vertexAuthServiceName', why: 'tokens are fetched from where the service account says' },
  {
    field: 'qwenFileIds',
    unless: ({ qwenEnableCompatible }) => qwenEnableCompatible === false,
    why: 'as in the plugin, it belongs to qwenEnableCompatible: false',
  },
];

function withoutEffect(provider: ProviderConfig): { path: Path; expected: string }[] {
  return WITHOUT_EFFECT.filter(({ field, values, unless }) => {
    const value = provider[field];
    if (value === undefined || unless?.(provider) === true) return false;
    return values === undefined || values.includes(value);
  }).map(({ field, why }) => ({ path: [field], expected: `nothing, since it has no effect here: ${why}` }));
}

function warningsOfProvider(provider: ProviderConfig) {
  const { apiTokens, failover, retryOnFailure } = provider;
  const warnings = withoutEffect(provider);
  for (const field of ['serviceName', 'servicePort'] as const) {
    if (provider.context?.[field] !== undefined)
      warnings.push({
        path: ['context', field],
        expected: 'nothing, since it has no effect here: the file is fetched from its URL',
      });
  }
  for (const name of Object.keys(provider.capabilities)) {
    // Sparekey's own names of operations have no slash.
    if (name.includes('/') && operationOfCapability(name) === undefined)
      warnings.push({
        path: ['capabilities', name],
        expected: 'the name of an operation, such as openai/v1/embeddings; it has no effect as it is',
      });
  }
  const row = providerTypes.get(provider.type);
  if (
    failover.enabled &&
    failover.healthCheckModel !== undefined &&
    row !== undefined &&
    !answersChats(row, provider.capabilities)
  )
    warnings.push({
      path: ['failover', 'healthCheckModel'],
      expected: `nothing, since ${provider.type} answers no chats: what costs nothing is asked for where the provider has it, and a key out of credit comes back when its cooldown is over (cooldownDuration, or an hour)`,
    });
  if (apiTokens.length > 1 && !failover.enabled)
    warnings.push({
      path: ['failover', 'enabled'],
      expected: `true for a pool of ${apiTokens.length} keys: without failover a failing key stays in use`,
    });
  if (retryOnFailure?.enabled === true && apiTokens.length === 1)
    warnings.push({
      path: ['retryOnFailure', 'enabled'],
      expected: 'more keys than one for retries: each takes a key that was not tried yet',
    });
  else if (
    retryOnFailure?.enabled === true &&
    apiTokens.length > 1 &&
    retryOnFailure.maxRetries >= apiTokens.length
  )
    warnings.push({
      path: ['retryOnFailure', 'maxRetries'],
      expected: `fewer retries than keys (${apiTokens.length}): each takes a key that was not tried yet`,
    });
  return warnings;
}
