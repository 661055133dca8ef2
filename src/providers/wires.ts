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

/** Providers that want to see the model's reasoning again while it calls tools, by what they document. */
const REASONING_BACK: ReadonlySet<string> = new Set(['deepseek', 'minimax', 'moonshot', 'zhipuai']);

/** What speaks OpenAI. */
function openCompatible(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  const credential = providerTypes.get(config.type)?.credential ?? { kind: 'bearer' };
  const paths = pathsOf(config.capabilities);
  return {
    ...plainWire(origin, 'openai-chat', [{ family: 'openai', basePath, credential, paths }]),
    manner: {
      maxTokens: config.type === 'openai' ? 'max_completion_tokens' : 'max_tokens',
      reasoningBack: REASONING_BACK.has(config.type),
    },
  };
}
