import { modelCapabilities } from '../../catalog/models/model-capabilities.ts';
import { fitsChats, providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Dialect, Operation } from '../../dialects/operations/operation.ts';
import type { ChatReader } from '../../translate/passed/chat-history.ts';
import type { BodyReader, HistoryReader } from '../../translate/passed/body-reader.ts';

type Reader = Pick<ProviderConfig, 'type' | 'baseUrl' | 'modelCapabilities'>;

/**
 * How a provider reads a body that passes through to it.
 * @param model - its name for it
 */
export function bodyReader(operation: Operation, config: Reader, model = ''): BodyReader {
  return {
    history: historyReader(operation, config, model),
    vendor: foreignVendor(operation.dialect, config),
  };
}

/** Whose words are not for this provider. */
function foreignVendor(dialect: Dialect, { type }: Reader): BodyReader['vendor'] {
  const family = familyOf(dialect);
  const isVendors = family === 'anthropic' || family === 'openai';
  return isVendors && providerTypeOf(type).vendor !== family ? family : undefined;
}

function historyReader(
  { dialect, name }: Operation,
  config: Reader,
  model: string,
): HistoryReader | undefined {
  const { type } = config;
  switch (dialect) {
    case 'anthropic-messages':
      return { dialect, isClaude: type === 'claude' || model.includes('claude') };
    case 'openai-responses':
      return { dialect, isOpenai: OPENAI_TYPES.has(type) };
    case 'openai-chat':
      return name === 'chat.completions' ? { dialect, ...chatReader(config, model) } : undefined;
    case 'gemini-generate': {
      const { wantsSignedCalls = false } = modelCapabilities(type, model, config.modelCapabilities);
      return { dialect, wantsSignedCalls };
    }
    default:
      return undefined;
  }
}

/** Types whose Responses API is OpenAI's own. */
const OPENAI_TYPES: ReadonlySet<string> = new Set(['openai', 'azure', 'azure-ai-foundry']);

/** Types that have OpenAI's models, and may have others', which want their own fields back. */
const OPENAI_HOSTS: ReadonlySet<string> = new Set([...OPENAI_TYPES, 'github', 'github-models']);
const OPENAI_MODEL = /^(?:openai\/)?(?:chatgpt|gpt-\d|o\d)/u;

/** OpenAI answers 400 `Unknown parameter: 'messages[1].reasoning_content'` (platform.openai.com/docs/api-reference/chat/create). */
const NOT_OPENAIS = ['images', 'reasoning', 'reasoning_content', 'reasoning_details'];

function chatReader(config: Reader, model: string): ChatReader {
  const isOpenai = OPENAI_HOSTS.has(config.type) && OPENAI_MODEL.test(model);
  return {
    refused: [...refusedBy(config), ...(isOpenai ? NOT_OPENAIS : [])],
    callIds: callIdsOf(config, model),
  };
}

/**
 * Where a chat is fitted its ids are as well. Of others most take those of all, once what was packed into them is gone; not
 * servers with Mistral's models, such as vLLM.
 */
function callIdsOf({ type, modelCapabilities: overrides }: Reader, model: string): ChatReader['callIds'] {
  if (fitsChats(type)) return undefined;
  const { toolCallIds } = modelCapabilities(type, model, overrides);
  return toolCallIds?.alphabet === 'alphanumeric' ? toolCallIds : undefined;
}

function refusedBy({ type, baseUrl }: Reader): readonly string[] {
  const { takesExtraContent = false, refusedInHistory = [] } = providerTypeOf(type);
  // Google has OpenAI's API as well, for types that are given its address.
  const isGoogle = /\.googleapis\.com(?:[:/]|$)/u.test(baseUrl);
  return takesExtraContent || isGoogle ? refusedInHistory : ['extra_content', ...refusedInHistory];
}
