import type { ProviderConfig } from '../config/schema.ts';
import { familyOf } from '../dialects/operation.ts';
import type { Operation } from '../dialects/operation.ts';
import { operationOfCapability } from './types/capability-names.ts';
import { pathUnder } from './place.ts';
import { plainWire } from './plain-wire.ts';
import type { Surface } from './plain-wire.ts';
import { providerTypes } from './types.ts';
import type { Wire } from './wire.ts';

/** Makes of `capabilities` the function that finds an operation's own path; undefined where it has none. */
export function pathsOf(config: ProviderConfig): (operation: Operation) => string | undefined {
  const byName = new Map(
    Object.entries(config.capabilities).map(([name, path]) => {
      const absolute = path.startsWith('/') ? path : `/${path}`;
      return [operationOfCapability(name) ?? name, pathUnder(config, absolute)] as const;
    }),
  );
  return ({ name }) => byName.get(name);
}

/**
 * A wire that has what `capabilities` says beside what its type has. What is said of OpenAI's operations goes
 * before the type's own paths; other types' own operations have paths of their own making.
 */
export function withCapabilities(wire: Wire, config: ProviderConfig): Wire {
  const credential = providerTypes.get(config.type)?.credential;
  if (Object.keys(config.capabilities).length === 0 || credential === undefined) return wire;
  const paths = pathsOf(config);
  const lacks = (operation: Operation): boolean => paths(operation) === undefined;
  const surfaces = (['openai', 'anthropic', 'vendor'] as const).map((family): Surface => ({
    family,
    basePath: '',
    credential,
    lacks,
    paths,
  }));
  const configured = plainWire(wire.origin, wire.native, surfaces);
  const isConfigured = (operation: Operation, model: string | undefined): boolean =>
    configured.takes(operation) &&
    (familyOf(operation.dialect) === 'openai' || !wire.takes(operation, model));
  return {
    ...wire,
    takes: (operation, model) => isConfigured(operation, model) || wire.takes(operation, model),
    build: (call, key, model) =>
      (isConfigured(call.target.operation, model) ? configured : wire).build(call, key, model),
  };
}
