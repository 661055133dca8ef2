import type { ProviderConfig } from '../config/schema.ts';
import { placeOf } from './place.ts';
import { plainWire } from './plain-wire.ts';
import type { Wire } from './wire.ts';

/** Gemini's own dialect; see docs/decisions for why not its OpenAI-compatible one. */
export function openGemini(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  return plainWire(origin, 'gemini-generate', [
    { family: 'gemini', basePath, credential: { kind: 'header', name: 'x-goog-api-key' } },
  ]);
}
