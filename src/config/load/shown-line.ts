import { fieldsOf, itemsOf, keywordsOf, valuesOf } from '../schema/introspect.ts';
import type { Schema } from '../schema/introspect.ts';
import { configSchema } from '../schema/schema.ts';

/*
 * Lines of a configuration that cannot be read as YAML: nobody knows what in them is a secret. So of all words those alone are
 * shown that the schema has, and names of variables in `${…}`.
 */

const LONGEST_SHOWN = 60;

/** References, words, which may begin with a character that means something to YAML, and what stands between them. */
const PARTS = /\$\{[A-Z][A-Z_]*\d{0,2}\}|(?<=^|[\s[\]{},:"'])[-`#&*!|>%@=<?]+|[^\s[\]{},:"']+|./gsu;

/** A line without the white space around it and with `…` for what may be a secret; undefined where nothing is left of it. */
export function showLine(line: string): string | undefined {
  const shown = Array.from(line.trim().matchAll(PARTS), ([part]) => (isShown(part) ? part : '…'))
    .join('')
    .replaceAll(/…[^\p{L}\p{N}$}…]*(?=…)/gu, '');
  if (/^[\s…]*$/.test(shown)) return undefined;
  return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN - 1)}…` : shown;
}

function isShown(part: string): boolean {
  return part.startsWith('${') || !/[\p{L}\p{N}\\]/u.test(part) || isKnownWord(part);
}

/** Whether a word is the name of an option, or of a value of which there are few. */
export function isKnownWord(word: string): boolean {
  known ??= new Set(['true', 'false', 'null', ...wordsIn(configSchema)]);
  return known.has(word);
}

let known: ReadonlySet<string> | undefined;

function wordsIn(schema: Schema): readonly string[] {
  const fields = Object.entries(fieldsOf(schema) ?? {});
  const below = [itemsOf(schema), valuesOf(schema), ...fields.map(([, option]) => option)];
  return [
    ...(keywordsOf(schema) ?? []).map(String),
    ...fields.map(([name]) => name),
    ...below.filter((each) => each !== undefined).flatMap(wordsIn),
  ];
}
