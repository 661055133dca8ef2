import { noFacts } from './body-facts.ts';
import type { BodyFault } from './body-facts.ts';
import { idAt, plainStringAt, QUOTE, spaceEnd } from './json-walk.ts';
import type { StringSink } from './json-walk.ts';
import { withMark } from './sealed.ts';
import { asksForThought } from './thought.ts';

const MAX_MODEL_BYTES = 1024;
const MAX_HINT_BYTES = 512;
/** The longest key of interest with every letter written as an escape, and its quotes. */
const MAX_KEY_BYTES = 'previous_response_id'.length * 6 + 2;
/** A request that names more things than these is led by the first. */
const MAX_REFS = 8;

const COLON = 0x3a;
const LOWER_F = 0x66;
const LOWER_T = 0x74;

/** The facts of a JSON body, as a scan comes by them. */
export class FactNotes implements StringSink {
  readonly facts = noFacts();
  /** What is malformed in what was noted. */
  fault: BodyFault | undefined;
  readonly #body: Buffer;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** Notes what a member of the top level says. @returns false where it is malformed: see `fault` */
  note(keyStart: number, keyEnd: number, start: number, end: number): boolean {
    if (keyEnd - keyStart > MAX_KEY_BYTES) return true;
    const facts = this.facts;
    switch (this.#key(keyStart, keyEnd)) {
      case 'model':
        facts.model = this.#string(start, end, MAX_MODEL_BYTES);
        facts.modelSpan = facts.model === undefined ? undefined : { start, end, notation: 'json' };
        // It may have to go into a path, where half a character cannot be written.
        if (facts.model?.isWellFormed() === false)
          return this.#invalid('The name of the model holds half a surrogate pair.', start);
        break;
      case 'input':
        facts.asksForResponse = facts.messagesAt < 0;
        facts.messagesAt = start;
        break;
      case 'messages':
        facts.asksForResponse = false;
        facts.messagesAt = start;
        break;
      case 'contents':
        facts.messagesAt = start;
        break;
      case 'stream':
        facts.stream = this.#body[start] === LOWER_T;
        break;
      case 'stream_options':
        facts.streamOptionsAt = start;
        break;
      case 'store':
        facts.store = this.#boolean(start);
        break;
      case 'background':
        facts.background = this.#body[start] === LOWER_T;
        break;
      case 'previous_response_id':
        facts.previousResponseId = this.#string(start, end, MAX_HINT_BYTES);
        break;
      case 'conversation':
        facts.conversation =
          this.#string(start, end, MAX_HINT_BYTES) ?? idAt(this.#body, start, MAX_HINT_BYTES);
        break;
      case 'prompt_cache_key':
        facts.promptCacheKey = this.#string(start, end, MAX_HINT_BYTES);
        break;
      case 'user':
        facts.user = this.#string(start, end, MAX_HINT_BYTES);
        break;
      case 'instructions':
      case 'system':
        facts.instructionsAt = start;
        break;
      case 'reasoning':
      case 'reasoning_effort':
      case 'thinking':
      case 'enable_thinking':
        facts.thinks = asksForThought(this.#body, start, end);
        break;
      case 'input_file_id':
      case 'training_file':
      case 'validation_file':
        this.#refer(this.#string(start, end, MAX_HINT_BYTES));
        break;
      case 'video':
        this.#refer(idAt(this.#body, start, MAX_HINT_BYTES));
        break;
    }
    return this.fault === undefined;
  }

  /** A key as it is meant. Hardly any has an escape, and one that has needs no decoding to be passed over. */
  #key(start: number, end: number): string {
    const raw = this.#body.toString('latin1', start + 1, end - 1);
    return raw.includes('\\') ? (this.#text(start, end) ?? '') : raw;
  }

  /** A string's text; undefined where it is malformed, which is a fault. */
  #text(start: number, end: number): string | undefined {
    try {
      const text: unknown = JSON.parse(this.#body.toString('utf8', start, end));
      return typeof text === 'string' ? text : undefined;
    } catch {
      this.#invalid('A string holds an invalid escape or a control character.', start);
      return undefined;
    }
  }

  onString(start: number, end: number): void {
    if (this.#body[start] === LOWER_F) this.#referToFile(start, end);
    else this.facts.sealedAt = withMark(this.facts.sealedAt, this.#body, start, end);
  }

  #referToFile(start: number, end: number): void {
    if (this.#body.toString('latin1', start, end) !== 'file_id') return;
    const colon = spaceEnd(this.#body, end + 1);
    if (this.#body[colon] !== COLON) return;
    this.#refer(plainStringAt(this.#body, spaceEnd(this.#body, colon + 1), MAX_HINT_BYTES));
  }

  #refer(id: string | undefined): void {
    const { refs } = this.facts;
    if (id !== undefined && refs.length < MAX_REFS) this.facts.refs = [...refs, id];
  }

  #string(start: number, end: number, maxBytes: number): string | undefined {
    return this.#body[start] === QUOTE && end - start - 2 <= maxBytes ? this.#text(start, end) : undefined;
  }

  /** Of a value that has been found valid, the first letter tells. */
  #boolean(start: number): boolean | undefined {
    const first = this.#body[start];
    return first === LOWER_T ? true : first === LOWER_F ? false : undefined;
  }

  #invalid(message: string, at: number): false {
    this.fault = { kind: 'fault', code: 'invalid_json', at, message };
    return false;
  }
}
