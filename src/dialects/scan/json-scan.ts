import { nextTurn } from '../../base/turns.ts';
import type { BodyFacts, BodyFault, ScanOptions } from './body-facts.ts';
import { FactCollector } from './fact-collector.ts';
import {
  closingQuote,
  malformedAt,
  MAX_DEPTH,
  nestedEnd,
  nestedPart,
  nestedWalk,
  PAUSED,
  QUOTE,
  RAN_OUT,
} from './json-nested.ts';
import type { NestedWalk } from './json-nested.ts';
import { bomEnd, endsLiteral, spaceEnd } from './json-walk.ts';

/*
 * Reads the few facts that routing needs from a JSON body without parsing it: it skips strings and nested values, and
 * allocates only for what it needs.
 *
 * Checked are the grammar of the top level, that strings end, that brackets pair up, and that nothing follows. What is inside
 * nested values is left for the provider to check.
 */

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;

/**
 * Scans a JSON body, in time linear in its length. As in `JSON.parse`, the last of several equal keys counts, and keys may
 * have escapes.
 */
export function scanBody(body: Buffer, options: ScanOptions = {}): BodyFacts | BodyFault {
  const scan = new JsonScan(body);
  scan.step(Infinity);
  return scan.result(options.partial ?? false);
}

/** How much of a body is scanned before the event loop runs again. Bytes. */
const STEP_BYTES = 512 * 1024;

/** The same; a large body is scanned a part at a time, and the event loop runs between two parts. */
export function scanBodyInSteps(
  body: Buffer,
  options: ScanOptions = {},
  stepBytes = STEP_BYTES,
): BodyFacts | BodyFault | Promise<BodyFacts | BodyFault> {
  return body.length <= stepBytes ? scanBody(body, options) : scanSteps(body, options, stepBytes);
}

async function scanSteps(
  body: Buffer,
  options: ScanOptions,
  stepBytes: number,
): Promise<BodyFacts | BodyFault> {
  const scan = new JsonScan(body, nestedWalk());
  for (let until = stepBytes; scan.step(until) === 'paused'; until = scan.at + stepBytes) await nextTurn();
  return scan.result(options.partial ?? false);
}

/** Whether a walk can go on (true), cannot (false), or has come to its bound. */
type Step = boolean | 'paused';

/**
 * Walks over a body once. Its methods return false where the walk cannot go on: because of `#fault`, or else because the
 * bytes ran out.
 */
class JsonScan {
  readonly #body: Buffer;
  readonly #collector: FactCollector;
  /** Where a walk over a nested value pauses; absent for a scan without pauses. */
  readonly #walk: NestedWalk | undefined;
  #fault: BodyFault | undefined;
  #at = 0;
  /** What comes next. */
  #next: 'root' | 'member' | 'value' | 'nested' = 'root';
  /** The key under way, with its quotes, and where its value begins. */
  #keyStart = 0;
  #keyEnd = 0;
  #start = 0;

  /** @param walk - for a scan that pauses */
  constructor(body: Buffer, walk?: NestedWalk) {
    this.#body = body;
    this.#collector = new FactCollector(body);
    this.#walk = walk;
  }

  /** How far it has come, as an offset. */
  get at(): number {
    return this.#at;
  }

  /** Goes on to a bound, or beyond it to the end of a key or string. */
  step(until: number): Step {
    const step = this.#next === 'root' ? this.#root(until) : this.#members(until);
    if (step !== true) return step;
    if (this.#skipSpace()) return this.#invalid('Something follows the end of the JSON object.');
    this.#collector.facts.whole = true;
    return true;
  }

  /** What was found, after the last step. */
  result(partial: boolean): BodyFacts | BodyFault {
    const { facts } = this.#collector;
    if (facts.whole) return facts;
    if (this.#fault !== undefined) return this.#fault;
    if (partial) return facts;
    return {
      kind: 'fault',
      code: 'truncated',
      at: this.#body.length,
      message: 'The JSON body ends too early.',
    };
  }

  #root(until: number): Step {
    const body = this.#body;
    this.#at = bomEnd(body, 0);
    if (!this.#skipSpace()) return body.length === 0 ? this.#invalid('The body is empty.') : false;
    if (body[this.#at] !== OPEN_BRACE) return this.#notAnObject();
    this.#at++;
    if (!this.#skipSpace()) return false;
    if (body[this.#at] === CLOSE_BRACE) {
      this.#at++;
      return true;
    }
    this.#next = 'member';
    return this.#members(until);
  }

  #members(until: number): Step {
    const body = this.#body;
    for (;;) {
      const step = this.#member(until);
      if (step !== true) return step;
      if (!this.#skipSpace()) return false;
      const byte = body[this.#at];
      if (byte !== COMMA && byte !== CLOSE_BRACE) return this.#invalid('Expected "," or "}".');
      this.#at++;
      if (byte === CLOSE_BRACE) return true;
      if (!this.#skipSpace()) return false;
      if (this.#at >= until) return 'paused';
    }
  }

  #member(until: number): Step {
    if (this.#next === 'member' && !this.#beginMember()) return false;
    const step = this.#skipValue(until);
    if (step !== true) return step;
    this.#next = 'member';
    const error = this.#collector.addMember(this.#keyStart, this.#keyEnd, this.#start, this.#at);
    return error === undefined || this.#invalid(error, this.#collector.errorAt);
  }

  #beginMember(): boolean {
    const body = this.#body;
    if (body[this.#at] !== QUOTE) return this.#invalid('Expected a key in double quotes.');
    this.#keyStart = this.#at;
    if (!this.#skipString()) return false;
    this.#keyEnd = this.#at;
    if (!this.#skipSpace()) return false;
    if (body[this.#at] !== COLON) return this.#invalid('Expected ":" after a key.');
    this.#at++;
    if (!this.#skipSpace()) return false;
    this.#start = this.#at;
    this.#next = 'value';
    return true;
  }

  #skipValue(until: number): Step {
    if (this.#next === 'nested') return this.#skipNested(until);
    const first = this.#body[this.#at];
    if (first === QUOTE) return this.#skipString();
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skipNested(until);
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

  #skipNested(until: number): Step {
    const end = this.#nestedEnd(until);
    if (end >= 0) {
      this.#at = end;
      return true;
    }
    if (end === PAUSED) return 'paused';
    if (end === RAN_OUT) return false;
    const at = malformedAt(end);
    const byte = this.#body[at];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET)
      return this.#invalid(`Nested deeper than ${MAX_DEPTH} levels.`, at);
    return this.#invalid('A closing bracket has no partner.', at);
  }

  #nestedEnd(until: number): number {
    const walk = this.#walk;
    if (walk === undefined) return nestedEnd(this.#body, this.#at, this.#collector);
    if (this.#next !== 'nested') {
      this.#next = 'nested';
      walk.depth = 0;
      walk.at = this.#at;
    }
    const end = nestedPart(this.#body, walk, until, this.#collector);
    if (end === PAUSED) this.#at = walk.at;
    return end;
  }

  /** To the next byte that is not white space; false where there is none. */
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
