import { answersChats, operationOfCapability } from '../../catalog/capabilities.ts';
import { providerTypes } from '../../catalog/provider-types.ts';
import { redactedText } from '../../keys/redaction/redacted-text.ts';
import { singleProvider } from '../schema/provider.ts';
import { configSchema } from '../schema/schema.ts';
import type { Config, ProviderConfig } from '../schema/schema.ts';
import { operationAtEnd } from '../schema/urls.ts';
import { clientWarnings, keyWarnings } from './credential-warnings.ts';
import type { SourceDocument } from './document.ts';
import { fieldsOf, listOf } from './plugin/fields.ts';
import { formatPath } from './problem.ts';
import type { ConfigProblem, Path, Warning } from './problem.ts';
import { routeWarnings } from './route-warnings.ts';
import type { ToOrigin } from './token-files.ts';
import { unitlessDurations } from './unitless.ts';
import type { UnitlessDuration } from './unitless.ts';

/** What warnings are about beside the values themselves. */
interface Context {
  /** Absent where other parts of it are not valid: the providers that are valid are looked at all the same. */
  readonly config?: Config | undefined;
  /** Whether the file is one configuration. Others have providers that are for the rules of resources alone. */
  readonly isSole: boolean;
  readonly toOrigin: ToOrigin;
  readonly locate: SourceDocument['locate'];
}

/**
 * What is valid and yet probably a mistake.
 * @param written - the configuration before its defaults were filled in
 */
export function warningsOf(
  written: unknown,
  { config, isSole, toOrigin, locate }: Context,
): readonly ConfigProblem[] {
  const warnings = [
    ...validProviders(written, config).flatMap(({ at, provider }) =>
      warningsOfProvider(provider).map(({ path, expected }) => ({ path: [...at, ...path], expected })),
    ),
    ...unitlessDurations(written, configSchema).map(unitlessWarning),
    ...(config === undefined ? [] : clientWarnings(config)),
    ...(config === undefined || !isSole ? [] : routeWarnings(config)),
  ];
  return warnings.map((warning) => {
    const { path, message } = toOrigin({ path: [...warning.path], message: warning.expected });
    const { line, column } = locate(path, 'value');
    return { path: formatPath(path), expected: message, line, column };
  });
}

interface PlacedProvider {
  readonly at: Path;
  readonly provider: ProviderConfig;
}

/** Where the whole is not valid each is read by itself. */
function validProviders(written: unknown, config: Config | undefined): readonly PlacedProvider[] {
  const { provider, providers } = fieldsOf(written) ?? {};
  const values = provider === undefined ? listOf(providers) : [provider];
  return values.flatMap((value, index) => {
    const at = provider === undefined ? ['providers', index] : ['provider'];
    const valid = config === undefined ? singleProvider.safeParse(value).data : config.providers[index];
    return valid === undefined ? [] : [{ at, provider: valid }];
  });
}

function unitlessWarning({ path, amount }: UnitlessDuration): Warning {
  return {
    path,
    expected: `a unit, such as ${amount}s: without one it is ${amount} milliseconds (${amount}ms, where that is meant)`,
  };
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

function withoutEffect(provider: ProviderConfig): Warning[] {
  return WITHOUT_EFFECT.filter(({ field, values, unless }) => {
    const value = provider[field];
    if (value === undefined || unless?.(provider) === true) return false;
    return values === undefined || values.includes(value);
  }).map(({ field, why }) => ({ path: [field], expected: `nothing, since it has no effect here: ${why}` }));
}

function warningsOfProvider(provider: ProviderConfig): readonly Warning[] {
  const { apiTokens, failover, retryOnFailure } = provider;
  const warnings = [...withoutEffect(provider), ...keyWarnings(provider), ...baseUrlWarnings(provider)];
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

/** What the path of a base URL lacks, or has too much. */
function baseUrlWarnings(provider: ProviderConfig): readonly Warning[] {
  const { type, baseUrl, protocol, providerBasePath, capabilities } = provider;
  const url = URL.parse(baseUrl);
  const isShaped =
    protocol === 'original' || providerBasePath !== undefined || Object.keys(capabilities).length > 0;
  if (url === null || isShaped) return [];
  const option = ['openaiCustomUrl', 'vllmCustomUrl'].find((name) => name in provider) ?? 'baseUrl';
  const operation = operationAtEnd(baseUrl);
  if (operation !== undefined)
    return [{ path: [option], expected: `what stands before ${operation}, which is added to it` }];
  const usual = usualPath(type);
  if (url.pathname !== '/' || usual === undefined) return [];
  const whole = redactedText(`${url.origin}${usual}`);
  return [
    {
      path: [option],
      expected: `${whole}: the API of ${type} is under ${usual}, unless this server has it elsewhere`,
    },
  ];
}

/** The path of the base URL that providers of a type usually have; undefined where it is empty or theirs to choose. */
function usualPath(type: string): string | undefined {
  if (['openai-compatible', 'ollama', 'vllm'].includes(type)) return '/v1';
  if (type === 'azure-ai-foundry') return '/openai/v1';
  const path = URL.parse(providerTypes.get(type)?.baseUrl ?? '')?.pathname;
  return path === '/' ? undefined : path;
}
