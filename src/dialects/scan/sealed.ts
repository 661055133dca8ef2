import { closingQuote, QUOTE } from './json-nested.ts';
import type { StringSink } from './json-nested.ts';
import { membersOf, plainStringAt, spaceEnd } from './json-walk.ts';

/*
 * Sealed values: those that only the account that made them can read or find again, and that clients send back in the next
 * turn. They are encrypted reasoning, signatures of reasoning, and the ids of items of the Responses API. A walk over JSON
 * marks where they may be, at no further cost; the values are read at the few marks that are used.
 */

/** Of a body the last marks are kept: those of its newest turns. */
const MAX_MARKS = 8;
/** A shorter value is not sealed: it is empty, or one of the texts that switch off Gemini's check of signatures. Bytes. */
const MIN_BLOB_BYTES = 40;
/** How much of a blob identifies it. Bytes. */
const MAX_BLOB_BYTES = 4096;
const MAX_ID_BYTES = 256;
/** Shorter ids (`msg_1`) are not unique to an account. Bytes. */
const MIN_ID_BYTES = 16;

const COLON = 0x3a;
const UNDERSCORE = 0x5f;

/** A sealed value: the id of an item, or the beginning of a blob. */
export interface Sealed {
  readonly kind: 'id' | 'blob';
  readonly text: string;
}

/** Keys of sealed values: OpenAI's, Anthropic's, Gemini's in its own and in other dialects. */
const KEYS: ReadonlySet<string> = new Set([
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
]);
/** Types of objects with sealed `data`: Anthropic's, and OpenRouter's in `reasoning_details`. */
const TYPES: ReadonlySet<string> = new Set(['redacted_thinking', 'reasoning.encrypted']);

/** Collects the marks of a body, the last one last. */
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

/** The marks, with the string from `start` to `end` where that is one. */
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

/** Whether the value is an item's id: two or three letters and an underscore, as in `rs_`, `msg_`, `fc_`, `ctc_`. */
function isItemId(body: Buffer, keyEnd: number): boolean {
  const value = valueAt(body, keyEnd);
  return value >= 0 && (body[value + 2] === UNDERSCORE || body[value + 3] === UNDERSCORE);
}

/** The sealed value at a mark; undefined where there is none, or not all of it. */
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

/** The offset of the string that is the value of the key which ends at `keyEnd`; -1 without one. */
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
  // Some JSON encoders escape two characters of base64.
  const text = written.replaceAll(String.raw`\/`, '/').replaceAll(/\\u003d/gi, '=');
  return { kind: 'blob', text };
}
