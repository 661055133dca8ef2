import type { ProviderConfig } from '../config/schema.ts';
import { pathsOf } from './capabilities.ts';
import { openClaude } from './claude.ts';
import { openGemini } from './gemini.ts';
import { placeOf } from './place.ts';
import { plainWire } from './plain-wire.ts';
import { providerTypes } from './types.ts';
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

/** What speaks OpenAI. */
function openCompatible(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  const credential = providerTypes.get(config.type)?.credential ?? { kind: 'bearer' };
  const paths = pathsOf(config.capabilities);
  return plainWire(origin, 'openai-chat', [{ family: 'openai', basePath, credential, paths }]);
}
