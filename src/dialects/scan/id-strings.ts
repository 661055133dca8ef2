import { MAX_REFS } from './body-facts.ts';
import { closingQuote, QUOTE } from './json-nested.ts';
import { unescaped } from './json-strings.ts';

/** With every letter escaped. Bytes. */
const MAX_WRITTEN_BYTES = 256 * 6;
const MIN_BYTES = 8;
const ID_TEXT = /^[!-~]{8,256}$/u;

/**
 * Whether a text has the form of an id that a provider makes: with digits or capitals, without spaces, long enough not to be
 * guessed.
 */
function isIdText(text: string): boolean {
  return ID_TEXT.test(text) && /[0-9A-Z]/u.test(text);
}

/** Texts of the form of ids in one that is written in a query or a form: itself, and what stands between commas and slashes. */
export function idsInText(text: string): readonly string[] {
  return [text, ...text.split(/[,/]/u)].filter(isIdText);
}

/**
 * The strings of a JSON body that have the form of ids, each once, wherever they stand and however they are written: for
 * requests of which it is not known where they name resources. At most `MAX_REFS` + 1.
 * @param body - its strings end
 */
export function idStrings(body: Buffer): readonly string[] {
  const ids = new Set<string>();
  for (let at = body.indexOf(QUOTE); at >= 0 && ids.size <= MAX_REFS;) {
    const end = closingQuote(body, at + 1);
    if (end < 0) break;
    const bytes = end - at - 1;
    if (bytes >= MIN_BYTES && bytes <= MAX_WRITTEN_BYTES) {
      const text = unescaped(body.toString('utf8', at + 1, end));
      if (isIdText(text)) ids.add(text);
    }
    at = body.indexOf(QUOTE, end + 1);
  }
  return [...ids];
}
