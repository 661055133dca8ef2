import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';

/** Variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;

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
