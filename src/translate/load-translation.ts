import { lazily } from '../base/lazily.ts';
import { nextTurn } from '../base/turns.ts';

/**
 * What translates calls: a hundred files of codecs, and the schemas of the package. A process whose clients speak their
 * providers' dialects never loads it. The first call that needs it waits for a tenth of a second; others have their turns
 * between its parts, of which each takes 10 to 40 ms.
 */
export const loadTranslation = lazily(async () => {
  await import('zod');
  await nextTurn();
  await import('./client/codecs.ts');
  await nextTurn();
  await import('./provider/codecs.ts');
  await nextTurn();
  return import('./translate.ts');
});
