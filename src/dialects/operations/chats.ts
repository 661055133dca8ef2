import type { Operation } from './operation.ts';

/** Operations that ask a model for words, in whatever dialect: what a health check can ask of the same model. */
const CHATS: ReadonlySet<string> = new Set([
  'chat.completions',
  'chat.completions.response',
  'responses.create',
  'messages.create',
  'gemini.generateContent',
  'gemini.streamGenerateContent',
  'bedrock.converse',
  'bedrock.converseStream',
  'coze.chat',
  'deepl.translate',
  'dify.chat_messages',
  'hunyuan.chat',
  'triton.generate',
]);

/** Whether a health check, which is a chat, can ask of a model what this operation asks of it. */
export function isChat({ name }: Operation): boolean {
  return CHATS.has(name);
}
