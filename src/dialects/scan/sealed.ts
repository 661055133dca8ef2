import { closingQuote, QUOTE } from './json-nested.ts';
import { membersOf, plainStringAt, spaceEnd } from './json-walk.ts';
import type { StringSink } from './json-nested.ts';

/*
 * What only the account that made it can read or find again, and clients send back with the next turn: encrypted
 * reasoning, signatures of thoughts, and the ids of items of the Responses API. A walk over JSON marks where such a
 * thing may stand, and costs no more; what stands there is read for the few marks that are asked for.
 */

/** Of one body the last marks are kept, which are those of its newest turns. */
const MAX_MARKS = 8;
/** A shorter text is nobody's secret: an empty place, or the words by which Gemini's checks are switched off. Bytes. */
const MIN_BLOB_BYTES = 40;
/** Two blobs that begin alike for so long are of one account. Bytes. */
const MAX_BLOB_BYTES = 4096;
const MAX_ID_BYTES = 256;
/** Ids that count (`msg_1`) are not one account's alone. Bytes. */
const MIN_ID_BYTES = 16;

const COLON = 0x3a;
const UNDERSCORE = 0x5f;

/** Something sealed: the id of an item, or the beginning of a blob. */
export interface Sealed {
  readonly kind: 'id' | 'blob';
  readonly text: string;
}

/** Keys whose values are sealed: OpenAI's, Anthropic's, Gemini's in its own and in other dialects. */
const KEYS: ReadonlySet<string> = new Set([
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
]);
/** Types of objects whose `data` is sealed: Anthropic's, and OpenRouter's in `reasoning_details`. */
const TYPES: ReadonlySet<string> = new Set(['redacted_thinking', 'reasoning.encrypted']);

/** The marks of one body, the last of them last. */
export class SealMarks implements StringSink {
  at: readonly number[] = [];
  readonly #body: Buffer;

  constructor(body: Buffer) {
    this.#body = body;
  }

  onString(start: number, end: number): void {
    this.at = withMark(this.at, this.#body, start, end);
  }
}

/** Marks with one more, where the string from `start` to `end` is one. */
export function withMark(
  marks: readonly number[],
  body: Buffer,
  start: number,
  end: number,
): readonly number[] {
  const text = body.toString('latin1', start, end);
  const isMark =
    text === 'id' ? isItemId(body, end) : TYPES.has(text) || (KEYS.has(text) && valueAt(body, end) >= 0);
  if (!isMark) return marks;
  return marks.length < MAX_MARKS ? [...marks, start] : [...marks.slice(1), start];
}

/** Whether an item's id follows: two to four letters and an underscore, as in `rs_`, `msg_`, `fc_`, `ctc_`. */
function isItemId(body: Buffer, keyEnd: number): boolean {
  const value = valueAt(body, keyEnd);
  return value >= 0 && (body[value + 2] === UNDERSCORE || body[value + 3] === UNDERSCORE);
}

/** What stands at a mark; undefined where nothing does after all, or it is not all there. */
export function sealedAt(body: Buffer, mark: number): Sealed | undefined {
  const end = closingQuote(body, mark);
  if (end < 0) return undefined;
  const name = body.toString('latin1', mark, end);
  if (TYPES.has(name)) return dataBeside(body, mark);
  const value = valueAt(body, end);
  if (value < 0) return undefined;
  if (name !== 'id') return blobAt(body, value);
  const id = plainStringAt(body, value - 1, MAX_ID_BYTES);
  return id === undefined || id.length < MIN_ID_BYTES ? undefined : { kind: 'id', text: id };
}

/** The offset of the text that is the value of the key which ends at `keyEnd`; -1 where none follows. */
function valueAt(body: Buffer, keyEnd: number): number {
  const colon = spaceEnd(body, keyEnd + 1);
  if (body[colon] !== COLON) return -1;
  const quote = spaceEnd(body, colon + 1);
  return body[quote] === QUOTE ? quote + 1 : -1;
}

function dataBeside(body: Buffer, mark: number): Sealed | undefined {
  for (const { key, start } of membersOf(body, body.lastIndexOf('{', mark))) {
    if (key === 'data') return body[start] === QUOTE ? blobAt(body, start + 1) : undefined;
  }
  return undefined;
}

function blobAt(body: Buffer, start: number): Sealed | undefined {
  const quote = closingQuote(body, start);
  const end = Math.min(quote < 0 ? body.length : quote, start + MAX_BLOB_BYTES);
  if (end - start < MIN_BLOB_BYTES || (quote < 0 && end - start < MAX_BLOB_BYTES)) return undefined;
  const written = body.toString('latin1', start, end);
  // Base64 has two signs that some writers of JSON escape.
  const text = written.replaceAll(String.raw`\/`, '/').replaceAll(/\\u003d/gi, '=');
  return { kind: 'blob', text };
}
