import { modelCapabilities } from '../../catalog/models/model-capabilities.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { anthropicHistory } from './anthropic-history.ts';
import { chatHistory } from './chat-history.ts';
import type { ChatReader } from './chat-history.ts';
import { geminiHistory } from './gemini-history.ts';
import { responsesHistory } from './responses-history.ts';

/**
 * What passes through to a provider of the client's own dialect, without what other providers' answers left in the
 * conversation and this one refuses: what the gateway packed for another family, and reasoning that it cannot read. What was
 * packed for its own family is unpacked. Each edit depends on the part that it changes alone, so that it is the same in every turn and
 * prompts stay cached.
 *
 * Costs a search or two over the bytes where there is nothing of that.
 *
 * @param config - of the provider
 * @param model - the provider's name for it
 * @returns the very same bytes where nothing has to change
 */
export function readableHistory(
  body: Buffer,
  { dialect, name }: Operation,
  config: Pick<ProviderConfig, 'type' | 'baseUrl' | 'modelCapabilities'>,
  model: string | undefined = '',
): Buffer {
  const { type } = config;
  switch (dialect) {
    case 'anthropic-messages':
      return anthropicHistory(body, type === 'claude' || model.includes('claude'));
    case 'openai-responses':
      return responsesHistory(body, OPENAI_TYPES.has(type));
    case 'openai-chat':
      return name === 'chat.completions' ? chatHistory(body, chatReader(config, model)) : body;
    case 'gemini-generate':
      return geminiHistory(
        body,
        modelCapabilities(type, model, config.modelCapabilities).wantsSignedCalls === true,
      );
    default:
      return body;
  }
}

/** Types whose Responses API is OpenAI's own. */
const OPENAI_TYPES: ReadonlySet<string> = new Set(['openai', 'azure', 'azure-ai-foundry']);

/** Types that have OpenAI's models, and may have others', which want their own fields back. */
const OPENAI_HOSTS: ReadonlySet<string> = new Set([...OPENAI_TYPES, 'github', 'github-models']);
const OPENAI_MODEL = /^(?:openai\/)?(?:chatgpt|gpt-\d|o\d)/u;

/** OpenAI answers 400 `Unknown parameter: 'messages[1].reasoning_content'` (platform.openai.com/docs/api-reference/chat/create). */
const NOT_OPENAIS = ['images', 'reasoning', 'reasoning_content', 'reasoning_details'];

/** Of ids, other vendors take those of all, once what was packed into them is gone. */
function chatReader(
  config: Pick<ProviderConfig, 'type' | 'baseUrl' | 'modelCapabilities'>,
  model: string,
): ChatReader {
  const { toolCallIds } = modelCapabilities(config.type, model, config.modelCapabilities);
  const callIds = toolCallIds?.alphabet === 'alphanumeric' ? toolCallIds : undefined;
  const isOpenai = OPENAI_HOSTS.has(config.type) && OPENAI_MODEL.test(model);
  return { refused: [...refusedBy(config), ...(isOpenai ? NOT_OPENAIS : [])], callIds };
}

function refusedBy({ type, baseUrl }: Pick<ProviderConfig, 'type' | 'baseUrl'>): readonly string[] {
  const { takesExtraContent = false, refusedInHistory = [] } = providerTypeOf(type);
  // Google has OpenAI's API as well, for types that are given its address.
  const isGoogle = /\.googleapis\.com(?:[:/]|$)/u.test(baseUrl);
  return takesExtraContent || isGoogle ? refusedInHistory : ['extra_content', ...refusedInHistory];
}
