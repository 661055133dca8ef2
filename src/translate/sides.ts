import type { Dialect } from '../dialects/operation.ts';
import type { ProviderCodec, ClientCodec } from './asked.ts';
import { geminiManyToOpenai, geminiOneToOpenai } from './embed/gemini-to-openai.ts';
import { openaiToBedrock } from './embed/openai-to-bedrock.ts';
import { openaiToGemini } from './embed/openai-to-gemini.ts';
import { anthropicMessagesCodec } from './far/anthropic-messages.ts';
import { bedrockConverseCodec } from './far/bedrock-converse.ts';
import { geminiGenerateCodec } from './far/gemini-generate.ts';
import { openaiChatCodec } from './far/openai-chat.ts';
import { anthropicClientCodec } from './near/anthropic/messages.ts';
import { geminiClientCodec } from './near/gemini/generate.ts';
import { chatClientCodec } from './near/openai/chat.ts';
import { completionsClientCodec } from './near/openai/completions.ts';
import { chatAnsweredResponsesClientCodec, responsesClientCodec } from './near/responses/responses.ts';
import type { WholeTranslation } from './whole.ts';

/** By the names of the operations that generate something. */
const clientCodecs: ReadonlyMap<string, ClientCodec> = new Map([
  ['chat.completions', chatClientCodec],
  ['chat.completions.response', chatAnsweredResponsesClientCodec],
  ['completions', completionsClientCodec],
  ['gemini.generateContent', geminiClientCodec],
  ['gemini.streamGenerateContent', geminiClientCodec],
  ['messages.create', anthropicClientCodec],
  ['responses.create', responsesClientCodec],
]);

/** By the dialect that a provider speaks. */
const providerCodecs: ReadonlyMap<Dialect, ProviderCodec> = new Map([
  ['anthropic-messages', anthropicMessagesCodec],
  ['bedrock-converse', bedrockConverseCodec],
  ['gemini-generate', geminiGenerateCodec],
  ['openai-chat', openaiChatCodec],
]);

/** By the names of the operations, and the dialect that a provider speaks. */
const wholeTranslations: ReadonlyMap<string, ReadonlyMap<Dialect, WholeTranslation>> = new Map([
  [
    'embeddings',
    new Map<Dialect, WholeTranslation>([
      ['bedrock-converse', openaiToBedrock],
      ['gemini-generate', openaiToGemini],
    ]),
  ],
  ['gemini.batchEmbedContents', new Map<Dialect, WholeTranslation>([['openai-chat', geminiManyToOpenai]])],
  ['gemini.embedContent', new Map<Dialect, WholeTranslation>([['openai-chat', geminiOneToOpenai]])],
]);

/** How the operation of a name is translated that needs no package; undefined for all others. */
export function wholeTranslationOf(operation: string, dialect: Dialect): WholeTranslation | undefined {
  return wholeTranslations.get(operation)?.get(dialect);
}

/** Reads and writes what clients speak; undefined where the operation is not translated. */
export function clientCodecOf(operation: string): ClientCodec | undefined {
  return clientCodecs.get(operation);
}

/** Speaks with providers; undefined where nothing is translated to the dialect. */
export function providerCodecOf(dialect: Dialect): ProviderCodec | undefined {
  return providerCodecs.get(dialect);
}
