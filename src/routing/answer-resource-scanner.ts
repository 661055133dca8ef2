import { idsAt, stringAt } from '../dialects/scan/json-strings.ts';
import { spaceEnd } from '../dialects/scan/json-walk.ts';
import type { Call } from '../dialects/operations/call.ts';

/*
 * Things that come into being while a model works: the container in which it runs code, and the files that it leaves
 * there. An answer names them in the middle, and its client asks for them or goes on in them later.
 */

/** By operation: under which keys its answers name such things. Files of OpenAI's containers are reached through these. */
const ID_KEYS: Readonly<Record<string, readonly Buffer[]>> = {
  'responses.create': keys('container_id'),
  'responses.retrieve': keys('container_id'),
  'messages.create': keys('container', 'file_id'),
  'messages.batches.results': keys('container', 'file_id'),
};

function keys(...names: readonly string[]): readonly Buffer[] {
  return names.map((name) => Buffer.from(`"${name}"`));
}

/** Words without which a request runs no code, in the names of tools and of what they run in. */
const CODE_EXECUTION_WORDS = ['code_execution', 'code_interpreter', 'container'];
/** Names told of one answer: more than these are those of a runaway. */
const MAX_REPORTED = 256;
const MAX_ID_BYTES = 256;
/** As much of a piece is looked at again with the next one: a key and a name behind it. Bytes. */
const OVERLAP_BYTES = 512;
const COLON = 0x3a;

/**
 * Looks for such names in the bytes of an answer as they reach its client, and tells each. A word in what a model says
 * is none: its quotes are escaped. Who pays: answers to requests that may run code, for a search or two in each piece.
 */
export class AnswerResourceScanner {
  readonly #keys: readonly Buffer[];
  readonly #onId: (name: string) => void;
  #overlap: Buffer = Buffer.alloc(0);
  #left = MAX_REPORTED;

  /** Undefined for a call whose answer holds nothing of the kind. */
  static for({ target, body }: Call, onId: (name: string) => void): AnswerResourceScanner | undefined {
    const { name, method } = target.operation;
    const known = ID_KEYS[name];
    if (known === undefined) return undefined;
    const runs =
      method === 'GET' ||
      body.kind !== 'kept' ||
      CODE_EXECUTION_WORDS.some((sign) => body.bytes.includes(sign, 0, 'latin1'));
    return runs ? new AnswerResourceScanner(known, onId) : undefined;
  }

  private constructor(known: readonly Buffer[], onId: (name: string) => void) {
    this.#keys = known;
    this.#onId = onId;
  }

  read(piece: Buffer): void {
    if (this.#left <= 0) return;
    const bytes = this.#overlap.length === 0 ? piece : Buffer.concat([this.#overlap, piece]);
    this.#overlap = Buffer.from(bytes.subarray(-OVERLAP_BYTES));
    for (const key of this.#keys) {
      for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
        const colon = spaceEnd(bytes, at + key.length);
        if (bytes[colon] === COLON) this.#reportAt(bytes, spaceEnd(bytes, colon + 1));
      }
    }
  }

  #reportAt(bytes: Buffer, value: number): void {
    const text = stringAt(bytes, value, MAX_ID_BYTES);
    for (const name of text === undefined ? idsAt(bytes, value, MAX_ID_BYTES) : [text]) {
      if (this.#left-- > 0) this.#onId(name);
    }
  }
}
