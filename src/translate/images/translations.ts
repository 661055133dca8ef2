import type { Dialect } from '../../dialects/operations/operation.ts';
import type { WholeTranslation } from '../whole-translation.ts';
import { imagesToBedrock, variationsToBedrock } from './to-bedrock.ts';
import { editsToGoogle, imagesToGoogle, variationsToGoogle } from './to-google.ts';

/** By the names of the operations, and the dialect that a provider speaks. Bedrock’s models edit by masks of their own form. */
const translations: ReadonlyMap<string, ReadonlyMap<Dialect, WholeTranslation>> = new Map([
  [
    'images.generations',
    new Map<Dialect, WholeTranslation>([
      ['bedrock-converse', imagesToBedrock],
      ['gemini-generate', imagesToGoogle],
    ]),
  ],
  ['images.edits', new Map<Dialect, WholeTranslation>([['gemini-generate', editsToGoogle]])],
  [
    'images.variations',
    new Map<Dialect, WholeTranslation>([
      ['bedrock-converse', variationsToBedrock],
      ['gemini-generate', variationsToGoogle],
    ]),
  ],
]);

/** How an operation for images is translated to a dialect; undefined for all others. */
export function imageTranslationOf(operation: string, dialect: Dialect): WholeTranslation | undefined {
  return translations.get(operation)?.get(dialect);
}
