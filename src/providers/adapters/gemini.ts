import { modelCapabilities } from '../../catalog/models/model-capabilities.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { NO_QUIRKS } from '../../translate/codec.ts';
import { endpointOf } from '../endpoint.ts';
import { withBodyEdits } from '../request/body-edits.ts';
import { plainAdapter } from './plain.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Gemini's own API; docs/decisions says why not its OpenAI-compatible one. */
export function openGemini(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const { apiVersion, geminiThinkingBudget } = config;
  const plain = plainAdapter(origin, 'gemini-generate', [
    {
      family: 'gemini',
      basePath: apiVersion === undefined ? basePath : basePath.replace(VERSION, `/${apiVersion}`),
      credential: providerTypeOf(config.type).credential,
    },
  ]);
  const adapter = withBodyEdits(plain, ({ target: { operation } }, model = '') => {
    const edits = [...safetyEdits(config, operation), ...thinkingEdits(config, operation, model)];
    return edits.length === 0 ? undefined : { edits };
  });
  if (geminiThinkingBudget === undefined) return adapter;
  return { ...adapter, quirks: { ...NO_QUIRKS, defaultThinkingTokens: geminiThinkingBudget } };
}

const VERSION = /\/v\d+\w*$/u;

/** The configured thresholds, for requests that set none. */
export function safetyEdits({ geminiSafetySetting }: ProviderConfig, { name }: Operation): Edit[] {
  if (geminiSafetySetting === undefined || !isGeneration(name)) return [];
  const settings = Object.entries(geminiSafetySetting).map(([category, threshold]) => ({
    category,
    threshold,
  }));
  return [
    { path: ['safetySettings'], json: JSON.stringify(settings), overwrites: false, alsoSnakeCase: true },
  ];
}

/** The configured thinking budget, for requests that set none, to models that have one. */
function thinkingEdits(
  { type, geminiThinkingBudget, modelCapabilities: overrides }: ProviderConfig,
  { name }: Operation,
  model: string,
): Edit[] {
  if (geminiThinkingBudget === undefined || !isGeneration(name)) return [];
  if (modelCapabilities(type, model, overrides).thinking !== 'budget') return [];
  const json = JSON.stringify({ thinkingBudget: geminiThinkingBudget });
  return [{ path: ['generationConfig', 'thinkingConfig'], json, overwrites: false, alsoSnakeCase: true }];
}

function isGeneration(name: string): boolean {
  return name === 'gemini.generateContent' || name === 'gemini.streamGenerateContent';
}
