import type { Dialect } from '../../dialects/operations/operation.ts';
import type { WholeTranslation } from '../whole-translation.ts';
import { geminiManyToOpenai, geminiOneToOpenai } from './gemini-to-openai.ts';
import { openaiToBedrock } from './openai-to-bedrock.ts';
import { openaiToGemini } from './openai-to-gemini.ts';

/** By the names of the operations, and the dialect that a provider speaks. */
const translations: ReadonlyMap<string, ReadonlyMap<Dialect, WholeTranslation>> = new Map([
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

/** How an operation for embeddings is translated to a dialect; undefined for all others. */
export function embedTranslationOf(operation: string, dialect: Dialect): WholeTranslation | undefined {
  return translations.get(operation)?.get(dialect);
}
