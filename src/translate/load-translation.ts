import { lazily } from '../base/lazily.ts';

/**
 * What translates calls: a hundred files of codecs, and the schemas of the package. A process whose clients speak their
 * providers' dialects never loads it.
 */
export const loadTranslation = lazily(() => import('./translate.ts'));
