import { noFacts } from './body-facts.ts';
import type { BodyFacts, BodyFault, ScanOptions } from './body-facts.ts';
import {
  closingQuote,
  endsLiteral,
  malformedAt,
  MAX_DEPTH,
  nestedEnd,
  QUOTE,
  RAN_OUT,
  spaceEnd,
} from './json-walk.ts';
import type { StringSink } from './json-walk.ts';
import { mayName, NamedThings } from './named-things.ts';
import { withMark } from './sealed.ts';
import { asksForThought } from './thought.ts';

/**
 * Reads the few facts that routing needs from a JSON body without parsing it: it hops over strings and
 * nested values, and never allocates for what it does not need.
 *
 * Checked are the grammar of the top level, that strings end, that brackets pair up, and that nothing
 * follows. Not checked is what stands inside nested values: that is the provider's business.
 */

const MAX_MODEL_BYTES = 1024;
const MAX_HINT_BYTES = 512;
/** The longest key of interest with every letter written as an escape, and its quotes. */
const MAX_KEY_BYTES = 'previous_response_id'.length * 6 + 2;

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const LOWER_C = 0x63;
const LOWER_F = 0x66;
const LOWER_T = 0x74;

/**
 * Reads a JSON body. Linear in its length, whatever it holds; as in `JSON.parse`, the last of several equal
 * keys counts, and keys may be written with escapes.
 */
export function scanBody(body: Buffer, options: ScanOptions = {}): BodyFacts | BodyFault {
  return new JsonScan(body).run(options.partial ?? false);
}

/**
 * Walks over a body once. The methods that skip or read return false where the walk cannot go on; `#fault`
 * then says why, and its absence that the bytes ran out.
 */
class JsonScan implements StringSink {
  readonly #body: Buffer;
  readonly #facts = noFacts();
  #named: NamedThings | undefined;
  #fault: BodyFault | undefined;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  run(partial: boolean): BodyFacts | BodyFault {
    if (this.#root()) {
      this.#facts.whole = true;
      return this.#facts;
    }
    if (this.#fault !== undefined) return this.#fault;
    if (partial) return this.#facts;
    return {
      kind: 'fault',
      code: 'truncated',
      at: this.#body.length,
      message: 'The JSON body ends too early.',
    };
  }

  #root(): boolean {
    const body = this.#body;
    if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) this.#at = 3;
    if (!this.#skipSpace()) return body.length === 0 ? this.#invalid('The body is empty.') : false;
    if (body[this.#at] !== OPEN_BRACE) return this.#notAnObject();
    this.#at++;
    if (!this.#members()) return false;
    if (this.#skipSpace()) return this.#invalid('Something follows the end of the JSON object.');
    return true;
  }

  #members(): boolean {
    const body = this.#body;
    if (!this.#skipSpace()) return false;
    if (body[this.#at] === CLOSE_BRACE) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (!this.#member() || !this.#skipSpace()) return false;
      const byte = body[this.#at];
      if (byte !== COMMA && byte !== CLOSE_BRACE) return this.#invalid('Expected "," or "}".');
      this.#at++;
      if (byte === CLOSE_BRACE) return true;
      if (!this.#skipSpace()) return false;
    }
  }

  #member(): boolean {
    const body = this.#body;
    if (body[this.#at] !== QUOTE) return this.#invalid('Expected a key in double quotes.');
    const keyStart = this.#at;
    if (!this.#skipString()) return false;
    const keyEnd = this.#at;
    if (!this.#skipSpace()) return false;
    if (body[this.#at] !== COLON) return this.#invalid('Expected ":" after a key.');
    this.#at++;
    if (!this.#skipSpace()) return false;
    const start = this.#at;
    if (!this.#skipValue()) return false;
    return this.#note(keyStart, keyEnd, start, this.#at);
  }

  #note(keyStart: number, keyEnd: number, start: number, end: number): boolean {
    if (keyEnd - keyStart > MAX_KEY_BYTES) return true;
    const facts = this.#facts;
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
      case 'conversation':
      case 'conversation_id':
      case 'chat_id':
      case 'input_file_id':
      case 'training_file':
      case 'validation_file':
      case 'file_id':
      case 'file_ids':
      case 'video':
      case 'container':
        this.#names().note(this.#key(keyStart, keyEnd), start);
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
    }
    return this.#fault === undefined;
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
      this.#at = start;
      this.#invalid('A string holds an invalid escape or a control character.');
      return undefined;
    }
  }

  onString(start: number, end: number): void {
    const first = this.#body[start];
    if (first === LOWER_F || first === LOWER_C || first === BACKSLASH) {
      if (mayName(this.#body, start, end)) this.#names().onString(start, end);
    } else this.#facts.sealedAt = withMark(this.#facts.sealedAt, this.#body, start, end);
  }

  #names(): NamedThings {
    return (this.#named ??= new NamedThings(this.#body, this.#facts));
  }

  #string(start: number, end: number, maxBytes: number): string | undefined {
    return this.#body[start] === QUOTE && end - start - 2 <= maxBytes ? this.#text(start, end) : undefined;
  }

  /** Of a value that has been found valid, the first letter tells. */
  #boolean(start: number): boolean | undefined {
    const first = this.#body[start];
    return first === LOWER_T ? true : first === LOWER_F ? false : undefined;
  }

  #skipValue(): boolean {
    const first = this.#body[this.#at];
    if (first === QUOTE) return this.#skipString();
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skipNested();
    return this.#skipLiteral();
  }

  /** A number, `true`, `false` or `null`. */
  #skipLiteral(): boolean {
    const body = this.#body;
    const start = this.#at;
    let at = start;
    while (at < body.length && !endsLiteral(body[at])) at++;
    if (at === body.length) return false;
    try {
      JSON.parse(body.toString('latin1', start, at));
    } catch {
      return this.#invalid('Expected a JSON value.');
    }
    this.#at = at;
    return true;
  }

  #skipString(): boolean {
    const quote = closingQuote(this.#body, this.#at + 1);
    if (quote < 0) return false;
    this.#at = quote + 1;
    return true;
  }

  #skipNested(): boolean {
    const end = nestedEnd(this.#body, this.#at, this);
    if (end >= 0) {
      this.#at = end;
      return true;
    }
    if (end === RAN_OUT) return false;
    const at = malformedAt(end);
    const byte = this.#body[at];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET)
      return this.#invalid(`Nested deeper than ${MAX_DEPTH} levels.`, at);
    return this.#invalid('A closing bracket has no partner.', at);
  }

  /** To the next byte that is no white space; false where there is none. */
  #skipSpace(): boolean {
    this.#at = spaceEnd(this.#body, this.#at);
    return this.#at < this.#body.length;
  }

  #notAnObject(): false {
    const first = String.fromCharCode(this.#body[this.#at] ?? 0);
    if (!'["-0123456789tfn'.includes(first)) return this.#invalid('The body is not JSON.');
    const message = 'The JSON body must be an object.';
    this.#fault = { kind: 'fault', code: 'not_an_object', at: this.#at, message };
    return false;
  }

  #invalid(message: string, at = this.#at): false {
    this.#fault = { kind: 'fault', code: 'invalid_json', at, message };
    return false;
  }
}
