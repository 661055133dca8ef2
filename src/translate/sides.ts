import type { Dialect } from '../dialects/operation.ts';
import type { FarSide, NearSide } from './asked.ts';
import { geminiManyToOpenai, geminiOneToOpenai } from './embed/gemini-to-openai.ts';
import { openaiToBedrock } from './embed/openai-to-bedrock.ts';
import { openaiToGemini } from './embed/openai-to-gemini.ts';
import { anthropicMessages } from './far/anthropic-messages.ts';
import { bedrockConverse } from './far/bedrock-converse.ts';
import { geminiGenerate } from './far/gemini-generate.ts';
import { openaiChat } from './far/openai-chat.ts';
import { messages } from './near/anthropic/messages.ts';
import { generate } from './near/gemini/generate.ts';
import { chat } from './near/openai/chat.ts';
import { completions } from './near/openai/completions.ts';
import { chatAnsweredResponses, responses } from './near/responses/responses.ts';
import type { WholeTranslation } from './whole.ts';

/** By the names of the operations that generate something. */
const nearSides: ReadonlyMap<string, NearSide> = new Map([
  ['chat.completions', chat],
  ['chat.completions.response', chatAnsweredResponses],
  ['completions', completions],
  ['gemini.generateContent', generate],
  ['gemini.streamGenerateContent', generate],
  ['messages.create', messages],
  ['responses.create', responses],
]);

/** By the dialect that a provider speaks. */
const farSides: ReadonlyMap<Dialect, FarSide> = new Map([
  ['anthropic-messages', anthropicMessages],
  ['bedrock-converse', bedrockConverse],
  ['gemini-generate', geminiGenerate],
  ['openai-chat', openaiChat],
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
export function nearSideOf(operation: string): NearSide | undefined {
  return nearSides.get(operation);
}

/** Speaks with providers; undefined where nothing is translated to the dialect. */
export function farSideOf(dialect: Dialect): FarSide | undefined {
  return farSides.get(dialect);
}
