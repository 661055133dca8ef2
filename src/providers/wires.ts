import type { ProviderConfig } from '../config/schema.ts';
import { openClaude } from './claude.ts';
import { openCompatible } from './compatible.ts';
import { openGemini } from './gemini.ts';
import type { Wire } from './wire.ts';

/** The types that need more than a row of the table. */
const openers: Readonly<Record<string, (config: ProviderConfig) => Wire>> = {
  claude: openClaude,
  gemini: openGemini,
};

/** Makes of a provider's configuration the way it is spoken to. */
export function openWire(config: ProviderConfig): Wire {
  return (openers[config.type] ?? openCompatible)(config);
}
