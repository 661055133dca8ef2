import type { ProviderConfig } from '../config/schema.ts';
import type { Operation } from '../dialects/operation.ts';
import type { BodyField } from './body-fields.ts';
import { placeOf } from './place.ts';
import { plainWire } from './plain-wire.ts';
import type { Wire } from './wire.ts';

/** Gemini's own dialect; see docs/decisions for why not its OpenAI-compatible one. */
export function openGemini(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  return plainWire(origin, 'gemini-generate', [
    {
      family: 'gemini',
      basePath,
      credential: { kind: 'header', name: 'x-goog-api-key' },
      fields: (operation) => [...safetyFields(config, operation), ...thinkingFields(config, operation)],
    },
  ]);
}

/** The thresholds of the configuration, for requests that set none themselves. */
export function safetyFields({ geminiSafetySetting }: ProviderConfig, { name }: Operation): BodyField[] {
  if (geminiSafetySetting === undefined || !isGeneration(name)) return [];
  const settings = Object.entries(geminiSafetySetting).map(([category, threshold]) => ({
    category,
    threshold,
  }));
  return [{ name: 'safetySettings', json: JSON.stringify(settings), overwrites: false }];
}

/** A budget for thinking, for requests that say nothing of how to generate. */
function thinkingFields({ geminiThinkingBudget }: ProviderConfig, { name }: Operation): BodyField[] {
  if (geminiThinkingBudget === undefined || !isGeneration(name)) return [];
  const config = { thinkingConfig: { thinkingBudget: geminiThinkingBudget } };
  return [{ name: 'generationConfig', json: JSON.stringify(config), overwrites: false }];
}

function isGeneration(name: string): boolean {
  return name === 'gemini.generateContent' || name === 'gemini.streamGenerateContent';
}
