import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { capabilityPaths } from './capabilities.ts';
import { ANTHROPIC_VERSION } from './claude.ts';
import { endpointOf, siblingPathPrefix } from '../endpoint.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import { chatTraitsOf } from '../shaping/chat-traits.ts';
import { isOffered } from '../../catalog/row.ts';
import type { AdditionalApi, ProviderType } from '../../catalog/row.ts';
import { providerTypes } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Providers that want to see the model's reasoning again while it calls tools, by what they document. */
const REASONING_BACK: ReadonlySet<string> = new Set(['deepseek', 'minimax', 'moonshot', 'zhipuai']);

/** What speaks OpenAI, as its row and its configuration describe it. */
export function openCompatible(config: ProviderConfig): ProviderAdapter {
  const { type } = config;
  const { origin, basePath } = endpointOf(config);
  const row: ProviderType = providerTypes.get(type) ?? { type, credential: { kind: 'bearer' } };
  const prefix = siblingPathPrefix(config, row.baseUrl);
  const configured = capabilityPaths(config);
  const typePaths = { ...row.paths, ...codePlanPaths(config) };
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
    fields: (operation) => fieldsFor(config, operation),
  };
  const additional = prefix === undefined ? [] : additionalSurfaces(row, prefix, configured);
  return {
    ...plainAdapter(origin, 'openai-chat', [openai, ...additional]),
    errorsInside: row.errorsInside === true,
    quirks: {
      maxTokensField: type === 'openai' ? 'max_completion_tokens' : 'max_tokens',
      resendsReasoning: REASONING_BACK.has(type),
      refusesStreamUsage: !chatTraitsOf(type).streamUsage,
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

/** docs.z.ai: what a coding plan pays for is asked for elsewhere; all else stays where it is. */
function codePlanPaths({ zhipuCodePlanMode }: ProviderConfig): Record<string, string> {
  return zhipuCodePlanMode === true ? { 'chat.completions': '/api/coding/paas/v4/chat/completions' } : {};
}

/** What options of the configuration put into the bodies of requests. */
function fieldsFor(config: ProviderConfig, { name }: Operation): readonly Edit[] {
  const { type, responseJsonSchema, qwenEnableSearch } = config;
  if (name === 'images.generations' && type === 'doubao')
    return [{ path: ['watermark'], json: 'false', overwrites: false }];
  if (name !== 'chat.completions') return [];
  return [
    ...(responseJsonSchema === undefined
      ? []
      : [{ path: ['response_format'], json: JSON.stringify(responseJsonSchema), overwrites: true }]),
    ...(qwenEnableSearch === true ? [{ path: ['enable_search'], json: 'true', overwrites: false }] : []),
  ];
}
