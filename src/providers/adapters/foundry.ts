import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Dialect, Operation } from '../../dialects/operations/operation.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import { ANTHROPIC_VERSION, isClaude } from './claude.ts';
import { endpointOf } from '../endpoint.ts';
import { chatQuirks } from './compatible.ts';
import { plainAdapter } from './plain.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Beside it are Anthropic's API and that of deployments. */
const OWN_BASE_PATH = '/openai/v1';

/**
 * Azure AI Foundry: Anthropic's API for models of Anthropic's, OpenAI's for all others.
 * learn.microsoft.com/azure/ai-foundry/foundry-models, docs.claude.com/en/docs/build-with-claude/claude-in-microsoft-foundry
 */
export function openFoundry(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const row = providerTypeOf(config.type);
  const { credential } = row;
  const adapter = plainAdapter(origin, 'openai-chat', [
    { family: 'openai', basePath, credential },
    {
      family: 'anthropic',
      basePath: basePath.replace(/\/openai\/v1$/u, '/anthropic/v1'),
      credential,
      defaultHeaders: { 'anthropic-version': ANTHROPIC_VERSION },
      lacks: ({ name }) => name !== 'messages.create' && name !== 'messages.count_tokens',
    },
  ]);
  return {
    ...adapter,
    openaiBase: { path: basePath },
    ownBasePath: OWN_BASE_PATH,
    nativeOf,
    quirks: chatQuirks(row),
    supports: (operation: Operation, model = '') =>
      adapter.supports(operation) && familyOf(operation.dialect) === familyOf(nativeOf(model)),
  };
}

function nativeOf(model: string): Dialect {
  return isClaude(model) ? 'anthropic-messages' : 'openai-chat';
}
