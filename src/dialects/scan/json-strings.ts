import { closingQuote, QUOTE } from './json-nested.ts';
import { membersOf } from './json-walk.ts';

/*
 * Strings of a body as a parser reads them, with escapes decoded. For what decides which resources a request may touch, where
 * `plainStringAt` is not enough.
 */

/**
 * The string at `from`; undefined where there is none. One of more than `maxBytes` as written is returned as it is written, and
 * cut; so is one that is malformed: no id is like that.
 */
export function stringAt(body: Buffer, from: number, maxBytes: number): string | undefined {
  if (body[from] !== QUOTE) return undefined;
  const quote = closingQuote(body, from + 1);
  if (quote < 0) return undefined;
  const written = body.toString('utf8', from + 1, Math.min(quote, from + 2 + maxBytes));
  if (quote - from - 1 > maxBytes) return written;
  return unescaped(written);
}

/** The strings of all members called `id` of the object at `from`, at most `MAX_IDS`. */
export function idsAt(body: Buffer, from: number, maxBytes: number): readonly string[] {
  const ids: string[] = [];
  for (const { key, start } of membersOf(body, from)) {
    if (ids.length === MAX_IDS) break;
    const id = unescaped(key) === 'id' ? stringAt(body, start, maxBytes) : undefined;
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** An object should have one. */
const MAX_IDS = 8;

/** Decodes what is between the quotes of a string; malformed text is returned as it is. */
export function unescaped(written: string): string {
  if (!written.includes('\\')) return written;
  try {
    const text: unknown = JSON.parse(`"${written}"`);
    return typeof text === 'string' ? text : written;
  } catch {
    // No parser accepts it.
    return written;
  }
}
