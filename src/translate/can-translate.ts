import type { Dialect, Operation } from '../dialects/operations/operation.ts';

const CHAT_DIALECTS: readonly Dialect[] = [
  'anthropic-messages',
  'bedrock-converse',
  'gemini-generate',
  'openai-chat',
];
/** OpenAI counts Responses alone, which none is translated to. */
const COUNTING_DIALECTS = CHAT_DIALECTS.filter((dialect) => dialect !== 'openai-chat');

/**
 * The dialects that operations are translated to, by the names of the operations. Apart from what translates them
 * (`translationMethod`), so that this can be asked without it.
 */
const dialects: ReadonlyMap<string, readonly Dialect[]> = new Map<string, readonly Dialect[]>([
  ['chat.completions', CHAT_DIALECTS],
  ['chat.completions.response', CHAT_DIALECTS],
  ['completions', CHAT_DIALECTS],
  ['gemini.generateContent', CHAT_DIALECTS],
  ['gemini.streamGenerateContent', CHAT_DIALECTS],
  ['messages.create', CHAT_DIALECTS],
  ['responses.create', CHAT_DIALECTS],
  ['gemini.countTokens', COUNTING_DIALECTS],
  ['messages.count_tokens', COUNTING_DIALECTS],
  ['responses.input_tokens', COUNTING_DIALECTS],
  ['embeddings', ['bedrock-converse', 'gemini-generate']],
  ['gemini.batchEmbedContents', ['openai-chat']],
  ['gemini.embedContent', ['openai-chat']],
  ['images.edits', ['gemini-generate']],
  ['images.generations', ['bedrock-converse', 'gemini-generate']],
  ['images.variations', ['bedrock-converse', 'gemini-generate']],
]);

/** Whether calls for an operation can be translated to a dialect. */
export function canTranslate({ name }: Pick<Operation, 'name'>, providerDialect: Dialect): boolean {
  return dialects.get(name)?.includes(providerDialect) === true;
}
