import type { Dialect } from '../dialects/operations/operation.ts';
import type { ProviderCodec, ClientCodec } from './codec.ts';
import { geminiManyToOpenai, geminiOneToOpenai } from './embed/gemini-to-openai.ts';
import { openaiToBedrock } from './embed/openai-to-bedrock.ts';
import { openaiToGemini } from './embed/openai-to-gemini.ts';
import { anthropicMessagesCodec } from './provider/anthropic-messages.ts';
import { bedrockConverseCodec } from './provider/bedrock-converse.ts';
import { geminiGenerateCodec } from './provider/gemini-generate.ts';
import { openaiChatCodec } from './provider/openai-chat.ts';
import { anthropicClientCodec } from './client/anthropic/codec.ts';
import { geminiClientCodec } from './client/gemini/encode-stream.ts';
import { chatClientCodec } from './client/openai/codec.ts';
import { completionsClientCodec } from './client/openai/completions.ts';
import { chatAnsweredResponsesClientCodec, responsesClientCodec } from './client/responses/codec.ts';
import type { WholeTranslation } from './whole-translation.ts';

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
