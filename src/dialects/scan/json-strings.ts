import { closingQuote, QUOTE } from './json-nested.ts';
import { membersOf } from './json-walk.ts';

/*
 * Names in a body as whoever parses it reads them: with escapes understood, and none passed over because it is written
 * twice. For what decides whose things a request may touch, where the plain reading of json-walk.ts would not do.
 */

/**
 * The text of the string that stands at `from`; undefined where there is no string. One of more than `maxBytes` as
 * written, or that is malformed, is given as it is written: it is no name that anybody gave.
 */
export function stringAt(body: Buffer, from: number, maxBytes: number): string | undefined {
  if (body[from] !== QUOTE) return undefined;
  const quote = closingQuote(body, from + 1);
  if (quote < 0) return undefined;
  const written = body.toString('utf8', from + 1, Math.min(quote, from + 2 + maxBytes));
  if (quote - from - 1 > maxBytes) return written;
  return unescaped(written);
}

/** The texts of all members called `id` of the object that stands at `from`. */
export function idsAt(body: Buffer, from: number, maxBytes: number): readonly string[] {
  const ids: string[] = [];
  for (const { key, start } of membersOf(body, from)) {
    if (ids.length === MAX_IDS) break;
    const id = unescaped(key) === 'id' ? stringAt(body, start, maxBytes) : undefined;
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** An object has one. */
const MAX_IDS = 8;

/** What is written between the quotes of a string, as it is meant. */
export function unescaped(written: string): string {
  if (!written.includes('\\')) return written;
  try {
    const text: unknown = JSON.parse(`"${written}"`);
    return typeof text === 'string' ? text : written;
  } catch {
    // No parser reads it: then it means nothing.
    return written;
  }
}
