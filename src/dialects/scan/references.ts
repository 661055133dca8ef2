import { MAX_REFS } from './body-facts.ts';
import type { FactsDraft } from './body-facts.ts';
import { idsAt, stringAt, unescaped } from './json-strings.ts';
import { isAt, itemsOf, spaceEnd } from './json-walk.ts';
import type { StringSink } from './json-nested.ts';

/** As long as a name may be, as written. Bytes. */
const MAX_ID_BYTES = 512;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

const KEYS = ['file_id', 'file_ids', 'container'].map((key) => Buffer.from(key));

/** Whether a string may be one of the keys that name things wherever they stand. Nothing is allocated. */
export function mayBeReferenceKey(body: Buffer, start: number, end: number): boolean {
  for (const key of KEYS) if (isAt(body, start, end, key)) return true;
  for (let at = start; at < end; at++) if (body[at] === BACKSLASH) return true;
  return false;
}

/**
 * Gathers from a body the ids of things that earlier calls made, whichever way they are written: they decide which key
 * the call belongs to, and whose things it touches.
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

  /** A member of the body itself, by a key that names a thing. */
  addMember(key: string, start: number): void {
    const facts = this.#facts;
    switch (key) {
      case 'previous_response_id':
        // Where it stands twice, nobody knows which one counts.
        this.#refer(facts.previousResponseId);
        facts.previousResponseId = stringAt(this.#body, start, MAX_ID_BYTES);
        return;
      case 'conversation': {
        this.#refer(facts.conversation);
        const ids = this.#idsAt(start);
        for (const id of ids.slice(0, -1)) this.#refer(id);
        facts.conversation = ids.at(-1);
        return;
      }
      case 'conversation_id':
      case 'chat_id':
        for (const id of this.#idsAt(start)) this.#vendors.add(id);
        return;
      case 'video':
        for (const id of idsAt(this.#body, start, MAX_ID_BYTES)) this.#refer(id);
        return;
      case 'input_file_id':
      case 'training_file':
      case 'validation_file':
        this.#refer(stringAt(this.#body, start, MAX_ID_BYTES));
        return;
      default:
        this.#take(key, start);
    }
  }

  /** A string somewhere within that may be one of those keys. */
  onString(start: number, end: number): void {
    const key = unescaped(this.#body.toString('latin1', start, end));
    if (key !== 'file_id' && key !== 'file_ids' && key !== 'container') return;
    const colon = spaceEnd(this.#body, end + 1);
    if (this.#body[colon] === COLON) this.#take(key, spaceEnd(this.#body, colon + 1));
  }

  #take(key: string, value: number): void {
    if (key === 'file_id') this.#refs.add(stringAt(this.#body, value, MAX_ID_BYTES));
    else if (key === 'container') for (const id of this.#idsAt(value)) this.#containers.add(id);
    else if (key === 'file_ids')
      for (const item of itemsOf(this.#body, value)) this.#refs.add(stringAt(this.#body, item, MAX_ID_BYTES));
  }

  /** A thing by its id, or by an object that has it. */
  #idsAt(start: number): readonly string[] {
    const text = stringAt(this.#body, start, MAX_ID_BYTES);
    return text === undefined ? idsAt(this.#body, start, MAX_ID_BYTES) : [text];
  }

  #refer(id: string | undefined): void {
    this.#refs.add(id);
    this.#plain.add(id);
  }
}

/** Names, each once, and no more than it takes to see that there are too many: a body may say one many thousand times. */
class UniqueIds {
  readonly list: string[] = [];
  readonly #seen = new Set<string>();

  add(name: string | undefined): void {
    if (name === undefined || name === '' || this.list.length > MAX_REFS || this.#seen.has(name)) return;
    this.#seen.add(name);
    this.list.push(name);
  }
}
