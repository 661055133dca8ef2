import { idsAt, stringAt } from '../dialects/scan/json-strings.ts';
import { spaceEnd } from '../dialects/scan/json-walk.ts';
import type { Call } from '../dialects/operations/call.ts';

/*
 * Resources that a model creates while it answers: the container in which it runs code, and the files that it leaves
 * there. Their ids stand in the middle of the answer, and later requests refer to them.
 */

/** By operation: the JSON keys of such ids. Files in OpenAI's containers are reached through the container's id. */
const ID_KEYS: Readonly<Record<string, readonly Buffer[]>> = {
  'responses.create': keys('container_id'),
  'responses.retrieve': keys('container_id'),
  'messages.create': keys('container', 'file_id'),
  'messages.batches.results': keys('container', 'file_id'),
};

function keys(...names: readonly string[]): readonly Buffer[] {
  return names.map((name) => Buffer.from(`"${name}"`));
}

/** In names of tools and environments. A request without any of them runs no code. */
const CODE_EXECUTION_WORDS = ['code_execution', 'code_interpreter', 'container'];
/** Ids reported of one answer. */
const MAX_REPORTED = 256;
const MAX_ID_BYTES = 256;
/** The end of a chunk that is searched again with the next one: room for a key and an id after it. Bytes. */
const OVERLAP_BYTES = 512;
const COLON = 0x3a;

/**
 * Looks for such ids in the bytes of an answer as they reach its client, and reports each. The same key in a model's text
 * does not match, since its quotes are escaped. Costs a search or two in each chunk of answers to requests that may run
 * code.
 */
export class AnswerResourceScanner {
  readonly #keys: readonly Buffer[];
  readonly #onId: (id: string) => void;
  #overlap: Buffer = Buffer.alloc(0);
  #left = MAX_REPORTED;

  /** Undefined for a call whose answer has no such ids. */
  static for({ target, body }: Call, onId: (id: string) => void): AnswerResourceScanner | undefined {
    const { name, method } = target.operation;
    const idKeys = ID_KEYS[name];
    if (idKeys === undefined) return undefined;
    const mayRunCode =
      method === 'GET' ||
      body.kind !== 'buffered' ||
      CODE_EXECUTION_WORDS.some((word) => body.bytes.includes(word, 0, 'latin1'));
    return mayRunCode ? new AnswerResourceScanner(idKeys, onId) : undefined;
  }

  private constructor(idKeys: readonly Buffer[], onId: (id: string) => void) {
    this.#keys = idKeys;
    this.#onId = onId;
  }

  read(chunk: Buffer): void {
    if (this.#left <= 0) return;
    const bytes = this.#overlap.length === 0 ? chunk : Buffer.concat([this.#overlap, chunk]);
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
    for (const id of text === undefined ? idsAt(bytes, value, MAX_ID_BYTES) : [text]) {
      if (this.#left-- > 0) this.#onId(id);
    }
  }
}
