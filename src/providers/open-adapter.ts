import { providerTypeOf } from '../catalog/provider-types.ts';
import type { ProviderConfig } from '../config/schema/schema.ts';
import { openAzure } from './adapters/azure.ts';
import { openBedrock } from './adapters/bedrock.ts';
import { withCapabilities } from './adapters/capabilities.ts';
import { openClaude } from './adapters/claude.ts';
import { openCompatible } from './adapters/compatible.ts';
import { openFoundry } from './adapters/foundry.ts';
import { openGemini } from './adapters/gemini.ts';
import { openGeneric } from './adapters/generic.ts';
import { openCoze } from './vendor/coze.ts';
import { openDeepl } from './vendor/deepl.ts';
import { openDify } from './vendor/dify.ts';
import { openHunyuan } from './vendor/hunyuan.ts';
import { openKling } from './vendor/kling.ts';
import { openMinimax } from './vendor/minimax.ts';
import { openQwen, withNativeCapabilities } from './vendor/qwen.ts';
import { openTriton } from './vendor/triton.ts';
import { withRequestFilter } from './request/request-filter.ts';
import { withOriginalPaths } from './original.ts';
import type { ForwardingAdapter } from './original.ts';
import { openVertex } from './adapters/vertex.ts';
import type { ProviderAdapter } from './adapter.ts';

/** The types that need more than a row of the catalog. */
const openers: Readonly<Record<string, (config: ProviderConfig) => ProviderAdapter>> = {
  azure: openAzure,
  'azure-ai-foundry': openFoundry,
  bedrock: openBedrock,
  claude: openClaude,
  coze: openCoze,
  deepl: openDeepl,
  dify: openDify,
  gemini: openGemini,
  generic: openGeneric,
  hunyuan: openHunyuan,
  kling: openKling,
  minimax: openMinimax,
  qwen: openQwen,
  triton: openTriton,
  vertex: openVertex,
};

/** The adapter for a provider's configuration: that of its type, behind the filter of what clients may send on. */
export function openAdapter(config: ProviderConfig): ForwardingAdapter {
  return withRequestFilter(withOriginalPaths(openForType(config), config), config);
}

function openForType(config: ProviderConfig): ProviderAdapter {
  const open = openers[config.type];
  if (open === undefined) return openCompatible(config);
  const { ownPathsOnly = false } = providerTypeOf(config.type);
  if (ownPathsOnly) return open(config);
  const sent = config.type === 'qwen' ? withNativeCapabilities(config) : config;
  return withCapabilities(open(sent), sent);
}
