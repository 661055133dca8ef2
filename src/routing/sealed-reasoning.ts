import { createHmac } from 'node:crypto';
import type { Call } from '../dialects/operations/call.ts';
import { nestedEnd } from '../dialects/scan/json-nested.ts';
import { spaceEnd } from '../dialects/scan/json-walk.ts';
import { sealedAt, SealMarks } from '../dialects/scan/sealed.ts';
import type { Sealed } from '../dialects/scan/sealed.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * Names of what a call sends back that only its maker can read, the newest first. Costs nothing for a call that
 * sends back nothing of the kind, or whose body is too large to keep.
 */
export function sealedReasoningIds({ hints, body }: Call): readonly string[] {
  if (hints.sealedAt.length === 0 || body.kind !== 'kept') return NONE;
  const { bytes } = body;
  return hints.sealedAt
    .toReversed()
    .map((mark) => sealedAt(bytes, mark))
    .filter((sealed) => sealed !== undefined)
    .map(idOf);
}

/**
 * A blob is known by a keyed hash, the same on every node: it is ciphertext that nobody can guess, and nothing of it
 * is kept. 132 bits.
 */
function idOf({ kind, text }: Sealed): string {
  if (kind === 'id') return text;
  return `sealed:${createHmac('sha256', 'sparekey sealed').update(text, 'latin1').digest('base64url').slice(0, 22)}`;
}

/** By operation: what stands near what is sealed in its answers, the events of its streams included. */
const MARKERS: Readonly<Record<string, readonly Buffer[]>> = {
  'responses.create': markers('response.output_item.done', '"output"'),
  'responses.compact': markers('"output"'),
  'responses.retrieve': markers('response.output_item.done', '"output"'),
  'chat.completions': markers('ignature"', 'reasoning.encrypted"'),
  'messages.create': markers('ignature"', 'redacted_thinking"'),
  'gemini.generateContent': markers('ignature"'),
  'gemini.streamGenerateContent': markers('ignature"'),
};

function markers(...texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

/** Names told of one answer: more than these are those of a runaway. */
const MAX_REPORTED = 64;
/** Of each kind in one item or body: the newest are what the next turn is known by. */
const MAX_REPORTED_AT_ONCE = 2;
const LF = 0x0a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Looks for what is sealed in the bytes of an answer as they reach its client, and tells its names. What holds no
 * sign of it costs a search for two words, and is neither parsed nor copied. It sees frames that are whole in the
 * piece it is given, as relayed streams are, and answers that come in one piece.
 */
export class SealedReasoningScanner {
  readonly #signs: readonly Buffer[];
  readonly #onId: (name: string) => void;
  #left = MAX_REPORTED;

  /** Undefined for operations whose answers hold nothing of the kind. */
  static for(operation: string, onId: (name: string) => void): SealedReasoningScanner | undefined {
    const known = MARKERS[operation];
    return known === undefined ? undefined : new SealedReasoningScanner(known, onId);
  }

  private constructor(known: readonly Buffer[], onId: (name: string) => void) {
    this.#signs = known;
    this.#onId = onId;
  }

  read(bytes: Buffer): void {
    let hit = this.#next(bytes, 0);
    if (hit < 0) return;
    const first = spaceEnd(bytes, 0);
    if (bytes[first] === OPEN_BRACE || bytes[first] === OPEN_BRACKET) {
      this.#walk(bytes, first);
      return;
    }
    while (hit >= 0 && this.#left > 0) {
      const start = bytes.indexOf(OPEN_BRACE, bytes.lastIndexOf(LF, hit) + 1);
      if (start < 0) return;
      const end = this.#walk(bytes, start);
      hit = this.#next(bytes, Math.max(end, hit + 1));
    }
  }

  #next(bytes: Buffer, from: number): number {
    let next = -1;
    for (const sign of this.#signs) {
      const at = bytes.indexOf(sign, from);
      if (at >= 0 && (next < 0 || at < next)) next = at;
    }
    return next;
  }

  #walk(bytes: Buffer, start: number): number {
    const marks = new SealMarks(bytes);
    const end = nestedEnd(bytes, start, marks);
    const reported = { id: 0, blob: 0 };
    for (const mark of marks.at.toReversed()) {
      const sealed = sealedAt(bytes, mark);
      if (sealed === undefined || ++reported[sealed.kind] > MAX_REPORTED_AT_ONCE || this.#left-- <= 0)
        continue;
      this.#onId(idOf(sealed));
    }
    return end;
  }
}
