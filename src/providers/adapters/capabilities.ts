import type { ProviderConfig } from '../../config/schema/schema.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { operationOfCapability } from '../../catalog/capability-names.ts';
import { withPathPrefixes } from '../endpoint.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Makes of `capabilities` the function that finds an operation's own path; undefined where it has none. */
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
 * A wire that has what `capabilities` says beside what its type has. What is said of OpenAI's operations goes
 * before the type's own paths; other types' own operations have paths of their own making.
 */
export function withCapabilities(adapter: ProviderAdapter, config: ProviderConfig): ProviderAdapter {
  if (Object.keys(config.capabilities).length === 0) return adapter;
  const { credential } = providerTypeOf(config.type);
  const paths = capabilityPaths(config);
  const lacks = (operation: Operation): boolean => paths(operation) === undefined;
  const surfaces = (['openai', 'anthropic', 'vendor'] as const).map((family): Surface => ({
    family,
    basePath: '',
    credential,
    lacks,
    paths,
  }));
  const configured = plainAdapter(adapter.origin, adapter.native, surfaces);
  const isConfigured = (operation: Operation, model: string | undefined): boolean =>
    configured.supports(operation) &&
    (familyOf(operation.dialect) === 'openai' || !adapter.supports(operation, model));
  return {
    ...adapter,
    supports: (operation, model) => isConfigured(operation, model) || adapter.supports(operation, model),
    build: (call, key, model) =>
      (isConfigured(call.target.operation, model) ? configured : adapter).build(call, key, model),
  };
}
