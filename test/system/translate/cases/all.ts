import { BLANKS } from './blanks.ts';
import { DIALECTS } from './dialects.ts';
import { ELEMENTS } from './elements.ts';
import { FILES } from './files.ts';
import { NAMES_AND_IDS } from './names.ts';
import { OPTIONS } from './options.ts';
import { ORDER } from './order.ts';
import { PRIVACY } from './privacy.ts';
import { RETURNING } from './returning.ts';
import { SCHEMAS } from './schemas.ts';
import type { TranslationCase } from './translation-case.ts';

/** All inputs, by what is special about them. */
export const CASES: Readonly<Record<string, readonly TranslationCase[]>> = {
  'new elements': ELEMENTS,
  'what comes back': RETURNING,
  order: ORDER,
  'blank texts': BLANKS,
  'ids and names': NAMES_AND_IDS,
  'schemas and arguments': SCHEMAS,
  options: OPTIONS,
  files: FILES,
  privacy: PRIVACY,
  'words of other dialects': DIALECTS,
};
