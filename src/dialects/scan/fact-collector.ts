import { MAX_VENDOR_FIELDS, noFacts } from './body-facts.ts';
import type { VendorField } from './body-facts.ts';
import { QUOTE } from './json-nested.ts';
import type { StringSink } from './json-nested.ts';
import { mayBeReferenceKey, ReferenceCollector } from './references.ts';
import { withMark } from './sealed.ts';

const MAX_MODEL_BYTES = 1024;
const MAX_HINT_BYTES = 512;
/** The longest key of interest with every letter written as an escape, and its quotes. */
const MAX_KEY_BYTES = 'previous_response_id'.length * 6 + 2;

/** A longer value holds more than a switch, and asks for reasoning. Bytes. */
const MAX_SWITCH_BYTES = 512;
/** `null`, `false`, `"none"`, `{"effort":"minimal"}`, `{"type":"disabled"}`, `{"enabled":false}`. */
const REASONING_OFF = /^(?:null|false)$|"(?:none|minimal|disabled)"|"enabled"\s*:\s*false/;

const BACKSLASH = 0x5c;
const LOWER_C = 0x63;
const LOWER_F = 0x66;
const LOWER_T = 0x74;

/** Collects the facts of a JSON body from the members and strings that a walk over it visits. */
export class FactCollector implements StringSink {
  readonly facts = noFacts();
  readonly #body: Buffer;
  #references: ReferenceCollector | undefined;
  #error: string | undefined;
  /** Byte offset of the last error. */
  errorAt = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /**
   * A member of the top level, whose value has been walked.
   * @returns what is wrong with it (`errorAt` has the offset); undefined where nothing is
   */
  addMember(keyStart: number, keyEnd: number, start: number, end: number): string | undefined {
    if (keyEnd - keyStart > MAX_KEY_BYTES) return undefined;
    this.#error = undefined;
    const { facts } = this;
    const key = this.#key(keyStart, keyEnd);
    switch (key) {
      case 'model':
        facts.model = this.#string(start, end, MAX_MODEL_BYTES);
        facts.modelSpan = facts.model === undefined ? undefined : { start, end, notation: 'json' };
        // It may have to go into a path, where a lone surrogate cannot be encoded.
        this.#refuseHalves(facts.model, start);
        break;
      case 'modelId':
      case 'Model':
      case 'model_name':
      case 'context_id':
      case 'operationName':
      case 'JobId':
        this.#addVendorField(key, start, end);
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
      case 'Stream':
        facts.vendorStream = this.#body[start] === LOWER_T;
        break;
      case 'response_mode':
        facts.vendorStream = this.#string(start, end, MAX_HINT_BYTES) === 'streaming';
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
        this.#referenceCollector().addMember(key, start);
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
        facts.asksForReasoning = asksForReasoning(this.#body, start, end);
        break;
    }
    return this.#error;
  }

  #addVendorField(name: VendorField['name'], start: number, end: number): void {
    const text = this.#string(start, end, MAX_MODEL_BYTES);
    if (text === undefined) return;
    this.#refuseHalves(text, start);
    const span = { start, end, notation: 'json' } as const;
    // Of many equal keys parsers read the first or the last.
    const before = this.facts.vendorFields.slice(0, MAX_VENDOR_FIELDS - 1);
    this.facts.vendorFields = [...before, { name, text, span }];
  }

  #refuseHalves(text: string | undefined, start: number): void {
    if (text?.isWellFormed() === false)
      this.#fail('The name of the model holds half a surrogate pair.', start);
  }

  /** A key, decoded. Hardly any has an escape. */
  #key(start: number, end: number): string {
    const raw = this.#body.toString('latin1', start + 1, end - 1);
    return raw.includes('\\') ? (this.#text(start, end) ?? '') : raw;
  }

  /** A string, decoded; undefined where it is malformed, which is an error. */
  #text(start: number, end: number): string | undefined {
    try {
      const text: unknown = JSON.parse(this.#body.toString('utf8', start, end));
      return typeof text === 'string' ? text : undefined;
    } catch {
      this.#fail('A string holds an invalid escape or a control character.', start);
      return undefined;
    }
  }

  onString(start: number, end: number): void {
    const first = this.#body[start];
    if (first === LOWER_F || first === LOWER_C || first === BACKSLASH) {
      if (mayBeReferenceKey(this.#body, start, end)) this.#referenceCollector().onString(start, end);
    } else this.facts.sealedAt = withMark(this.facts.sealedAt, this.#body, start, end);
  }

  #referenceCollector(): ReferenceCollector {
    return (this.#references ??= new ReferenceCollector(this.#body, this.facts));
  }

  #string(start: number, end: number, maxBytes: number): string | undefined {
    return this.#body[start] === QUOTE && end - start - 2 <= maxBytes ? this.#text(start, end) : undefined;
  }

  /** The value is known to be valid JSON, so its first letter is enough. */
  #boolean(start: number): boolean | undefined {
    const first = this.#body[start];
    return first === LOWER_T ? true : first === LOWER_F ? false : undefined;
  }

  #fail(message: string, at: number): void {
    this.#error = message;
    this.errorAt = at;
  }
}

/**
 * Whether a model is asked to reason before it answers, by the value of `reasoning_effort` (OpenAI), `reasoning` (Responses,
 * OpenRouter), `thinking` (Anthropic and others) or `enable_thinking` (Qwen).
 */
function asksForReasoning(body: Buffer, start: number, end: number): boolean {
  return end - start > MAX_SWITCH_BYTES || !REASONING_OFF.test(body.toString('latin1', start, end));
}
