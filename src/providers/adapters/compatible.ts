import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { BodyField } from '../request/body-fields.ts';
import { capabilityPaths } from './capabilities.ts';
import { ANTHROPIC_VERSION } from './claude.ts';
import { endpointOf, siblingPathPrefix } from '../endpoint.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import { isOffered } from '../../catalog/row.ts';
import type { AdditionalApi, ProviderType } from '../../catalog/row.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** What speaks OpenAI, as its row and its configuration describe it. */
export function openCompatible(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const row = providerTypeOf(config.type);
  const prefix = siblingPathPrefix(config, row.baseUrl);
  const configured = capabilityPaths(config);
  const typePaths = pathsOf(row, config);
  const openai: Surface = {
    family: 'openai',
    basePath,
    credential: row.credential,
    // What has been given a path is there.
    lacks: (operation) => configured(operation) === undefined && !isOffered(row.offers, operation.name),
    paths: (operation) => {
      const own = typePaths[operation.name];
      const elsewhere = own === undefined || prefix === undefined ? undefined : prefix + own;
      return configured(operation) ?? elsewhere;
    },
    fields: (operation) => fieldsFor(row, config, operation),
  };
  const additional = prefix === undefined ? [] : additionalSurfaces(row, prefix, configured);
  return {
    ...plainAdapter(origin, 'openai-chat', [openai, ...additional]),
    errorsInside: row.errorsInside === true,
    quirks: {
      maxTokensField: row.maxCompletionTokens === true ? 'max_completion_tokens' : 'max_tokens',
      resendsReasoning: row.resendsReasoning === true,
      refusesStreamUsage: row.refusesStreamUsage === true,
    },
  };
}

/** What a provider speaks beside OpenAI's dialect. */
function additionalSurfaces(
  { anthropic, own, credential }: ProviderType,
  prefix: string,
  paths: NonNullable<Surface['paths']>,
): Surface[] {
  const surface = (family: Surface['family'], { basePath, offers }: AdditionalApi): Surface => ({
    family,
    basePath: prefix + basePath,
    credential,
    lacks: ({ name }) => !isOffered(offers, name),
    paths,
  });
  const defaultHeaders = { 'anthropic-version': ANTHROPIC_VERSION };
  return [
    ...(anthropic === undefined ? [] : [{ ...surface('anthropic', anthropic), defaultHeaders }]),
    ...(own === undefined ? [] : [surface('vendor', own)]),
  ];
}

/** The whole paths that the type has for some operations, by names; its switches may change some. */
function pathsOf(
  { paths = {}, pathsWith = {} }: ProviderType,
  config: ProviderConfig,
): Record<string, string> {
  const switched = Object.entries(pathsWith).filter(([option]) => isOn(config, option));
  return Object.assign({}, paths, ...switched.map(([, changed]) => changed));
}

/** What the type, and options of the configuration, put into the bodies of requests. */
function fieldsFor(
  { bodyFields = [] }: ProviderType,
  config: ProviderConfig,
  { name: operation }: Operation,
): readonly BodyField[] {
  const { responseJsonSchema } = config;
  const own = bodyFields
    .filter((field) => field.operation === operation)
    .filter(({ option }) => option === undefined || isOn(config, option))
    .map(({ name, value }) => ({ name, json: JSON.stringify(value), overwrites: false }));
  if (responseJsonSchema === undefined || operation !== 'chat.completions') return own;
  return [{ name: 'response_format', json: JSON.stringify(responseJsonSchema), overwrites: true }, ...own];
}

function isOn(config: Readonly<Record<string, unknown>>, option: string): boolean {
  return config[option] === true;
}
