import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderType } from '../../catalog/row.ts';
import { describeOption } from '../schema/introspect.ts';
import { vendorFields } from '../schema/vendor-fields.ts';

/** A type of provider as the command line and docs/PROVIDERS.md show it. */
export interface ProviderFacts {
  readonly type: string;
  /** Undefined where the configuration has to have it. */
  readonly baseUrl: string | undefined;
  /** The environment variable that makes a provider of this type. */
  readonly env: string | undefined;
  /** Models that go to it where the environment makes it, by the beginnings of their names. */
  readonly models: readonly string[];
  /** It hosts models of many makers. */
  readonly isHost: boolean;
  /** The header of a key: `Authorization: Bearer KEY`. */
  readonly credential: string;
  readonly keyless: boolean;
  readonly healthCheckModel: string | undefined;
  /** Whether a refused key can be checked without paying. */
  readonly freeChecks: boolean;
  /** What it supports without translation, by dialect: names of operations, or `all` where only it knows. */
  readonly operations: Readonly<Record<string, readonly string[] | 'all'>>;
  /** Options that only some types know. */
  readonly options: readonly OptionFacts[];
  /** Headers of clients that pass to it beside those that pass to all of its dialect. */
  readonly headers: readonly string[];
  readonly notes: string | undefined;
}

/** An option of a type's own. */
export interface OptionFacts {
  readonly name: string;
  readonly kind: string;
  readonly meaning: string;
}

/** All types, in the order of the catalog. */
export function allProviderFacts(): readonly ProviderFacts[] {
  return Array.from(providerTypes.values(), factsOf);
}

/** One type; undefined where there is none of that name. */
export function providerFacts(type: string): ProviderFacts | undefined {
  const row = providerTypes.get(type);
  return row === undefined ? undefined : factsOf(row);
}

function factsOf(row: ProviderType): ProviderFacts {
  const {
    type,
    baseUrl,
    env,
    ownModels = [],
    hostsModels,
    healthCheckModel,
    keyless,
    listNeedsKey,
    passedClientHeaders = [],
    notes,
  } = row;
  return {
    type,
    baseUrl,
    env,
    models: ownModels,
    isHost: hostsModels === true,
    credential: credentialOf(row),
    keyless: keyless === true,
    healthCheckModel,
    freeChecks: listNeedsKey === true,
    operations: operationsOf(row),
    options: optionsOf(row),
    headers: passedClientHeaders,
    notes,
  };
}

function credentialOf({ credential }: ProviderType): string {
  switch (credential.kind) {
    case 'bearer':
      return 'Authorization: Bearer KEY';
    case 'scheme':
      return `Authorization: ${credential.scheme} KEY`;
    case 'header':
      return `${credential.name}: KEY`;
  }
}

function operationsOf({ speaks, offers, anthropic, own }: ProviderType): ProviderFacts['operations'] {
  return {
    [speaks ?? 'openai']: offers ?? 'all',
    ...(anthropic !== undefined && { anthropic: anthropic.offers }),
    ...(own !== undefined && { own: own.offers }),
  };
}

function optionsOf({ options = [] }: ProviderType): OptionFacts[] {
  return Object.entries(vendorFields)
    .filter(([name]) => options.includes(name))
    .map(([name, schema]) => {
      const { kind, description = '' } = describeOption(schema);
      return { name, kind: kind?.kind ?? 'list', meaning: description };
    });
}
