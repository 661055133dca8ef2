import { MAX_REFS } from './body-facts.ts';
import type { FactsDraft } from './body-facts.ts';
import type { StringSink } from './json-nested.ts';
import { idsAt, stringAt, unescaped } from './json-strings.ts';
import { isAt, itemsOf, spaceEnd } from './json-walk.ts';

/** The longest id that is read, as written. Bytes. */
const MAX_ID_BYTES = 512;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Keys that name resources at any depth. */
const KEYS = ['file_id', 'file_ids', 'container'].map((key) => Buffer.from(key));

/** Whether a string may be a key that names resources at any depth. Allocates nothing. */
export function mayBeReferenceKey(body: Buffer, start: number, end: number): boolean {
  for (const key of KEYS) if (isAt(body, start, end, key)) return true;
  for (let at = start; at < end; at++) if (body[at] === BACKSLASH) return true;
  return false;
}

/**
 * Collects the ids in a body of resources that earlier calls created, with escapes or without: they decide which key a call
 * belongs to, and whether its client may use them.
 */
export class ReferenceCollector implements StringSink {
  readonly #body: Buffer;
  readonly #facts: FactsDraft;
  readonly #refs = new UniqueIds();
  readonly #plain = new UniqueIds();
  readonly #containers = new UniqueIds();
  readonly #vendors = new UniqueIds();

  constructor(body: Buffer, facts: FactsDraft) {
    this.#body = body;
    this.#facts = facts;
    facts.refs = this.#refs.list;
    facts.plainRefs = this.#plain.list;
    facts.containers = this.#containers.list;
    facts.vendorRefs = this.#vendors.list;
  }

  /** A member of the top level, by a key that names a resource. */
  addMember(key: string, start: number): void {
    const facts = this.#facts;
    switch (key) {
      case 'previous_response_id':
        // Of several equal keys it is not known which one the provider reads.
        this.#addRef(facts.previousResponseId);
        facts.previousResponseId = stringAt(this.#body, start, MAX_ID_BYTES);
        return;
      case 'conversation': {
        this.#addRef(facts.conversation);
        const ids = this.#idsAt(start);
        for (const id of ids.slice(0, -1)) this.#addRef(id);
        facts.conversation = ids.at(-1);
        return;
      }
      case 'conversation_id':
      case 'chat_id':
        for (const id of this.#idsAt(start)) this.#vendors.add(id);
        return;
      case 'video':
        for (const id of idsAt(this.#body, start, MAX_ID_BYTES)) this.#addRef(id);
        return;
      case 'input_file_id':
      case 'training_file':
      case 'validation_file':
        this.#addRef(stringAt(this.#body, start, MAX_ID_BYTES));
        return;
      default:
        this.#addValue(key, start);
    }
  }

  /** A string at any depth that may be one of those keys. */
  onString(start: number, end: number): void {
    const key = unescaped(this.#body.toString('latin1', start, end));
    if (key !== 'file_id' && key !== 'file_ids' && key !== 'container') return;
    const colon = spaceEnd(this.#body, end + 1);
    if (this.#body[colon] === COLON) this.#addValue(key, spaceEnd(this.#body, colon + 1));
  }

  #addValue(key: string, value: number): void {
    if (key === 'file_id') this.#refs.add(stringAt(this.#body, value, MAX_ID_BYTES));
    else if (key === 'container') for (const id of this.#idsAt(value)) this.#containers.add(id);
    else if (key === 'file_ids')
      for (const item of itemsOf(this.#body, value)) this.#refs.add(stringAt(this.#body, item, MAX_ID_BYTES));
  }

  /** The id of a resource: a string, or the `id` of an object. */
  #idsAt(start: number): readonly string[] {
    const text = stringAt(this.#body, start, MAX_ID_BYTES);
    return text === undefined ? idsAt(this.#body, start, MAX_ID_BYTES) : [text];
  }

  #addRef(id: string | undefined): void {
    this.#refs.add(id);
    this.#plain.add(id);
  }
}

/** Ids, each once, and one more than `MAX_REFS` at most: a body may repeat one many thousand times. */
class UniqueIds {
  readonly list: string[] = [];
  readonly #seen = new Set<string>();

  add(id: string | undefined): void {
    if (id === undefined || id === '' || this.list.length > MAX_REFS || this.#seen.has(id)) return;
    this.#seen.add(id);
    this.list.push(id);
  }
}
