import type { ProviderConfig } from '../../config/schema/schema.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { operationOfCapability } from '../../catalog/capabilities.ts';
import { withPathPrefixes } from '../endpoint.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Where a provider of Anthropic's dialect is given a path for chats, they go there translated: a path changes no dialect. */
export const CHAT = 'chat.completions';

/** Finds the path that `capabilities` gives an operation; undefined where it gives none. */
export function capabilityPaths(config: ProviderConfig): (operation: Operation) => string | undefined {
  const byName = new Map(
    Object.entries(config.capabilities).map(([name, path]) => {
      const absolute = path.startsWith('/') ? path : `/${path}`;
      return [operationOfCapability(name) ?? name, withPathPrefixes(config, absolute)] as const;
    }),
  );
  return ({ name }) => byName.get(name);
}

/**
 * An adapter that supports what `capabilities` names beside what its type has. For operations of OpenAI's the configured
 * path goes before the type's own; for others the type's own goes first.
 */
export function withCapabilities(adapter: ProviderAdapter, config: ProviderConfig): ProviderAdapter {
  if (Object.keys(config.capabilities).length === 0) return adapter;
  const { credential, speaks } = providerTypeOf(config.type);
  const paths = capabilityPaths(config);
  const query = versionQuery(config);
  const lacks = (operation: Operation): boolean => paths(operation) === undefined;
  const surface = (family: Surface['family']): Surface => ({
    family,
    basePath: '',
    credential,
    lacks,
    paths,
    ...(query !== '' && { query }),
  });
  const configured = plainAdapter(adapter.origin, adapter.native, [
    surface('openai'),
    surface('anthropic'),
    surface('vendor'),
  ]);
  const isConfigured = (operation: Operation, model: string | undefined): boolean =>
    configured.supports(operation) &&
    !(speaks === 'anthropic' && operation.name === CHAT) &&
    (familyOf(operation.dialect) === 'openai' || !adapter.supports(operation, model));
  return {
    ...adapter,
    supports: (operation, model) => isConfigured(operation, model) || adapter.supports(operation, model),
    build: (call, key, model) =>
      (isConfigured(call.target.operation, model) ? configured : adapter).build(call, key, model),
  };
}

/** Azure wants its version with every path. */
function versionQuery({ azureServiceUrl }: ProviderConfig): string {
  return azureServiceUrl === undefined ? '' : new URL(azureServiceUrl).search.slice(1);
}
