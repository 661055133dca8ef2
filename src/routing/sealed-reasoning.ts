import { createHmac } from 'node:crypto';
import type { Call } from '../dialects/operations/call.ts';
import { nestedEnd } from '../dialects/scan/json-nested.ts';
import { spaceEnd } from '../dialects/scan/json-walk.ts';
import { sealedAt, SealMarks } from '../dialects/scan/sealed.ts';
import type { Sealed } from '../dialects/scan/sealed.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * Ids of the sealed reasoning in a call, the newest first: encrypted reasoning, signatures of thoughts, ids of stored
 * items, all of which only the account that produced them can read. Costs nothing for a call that has none, or whose body
 * is too large to keep.
 */
export function sealedReasoningIds({ hints, body }: Call): readonly string[] {
  if (hints.sealedAt.length === 0 || body.kind !== 'buffered') return NONE;
  const { bytes } = body;
  return hints.sealedAt
    .toReversed()
    .map((mark) => sealedAt(bytes, mark))
    .filter((sealed) => sealed !== undefined)
    .map(idOf);
}

/**
 * For a blob a keyed hash, the same on every node. It is ciphertext that nobody can guess, so nothing of it is revealed.
 * 132 bits.
 */
function idOf({ kind, text }: Sealed): string {
  if (kind === 'id') return text;
  return `sealed:${createHmac('sha256', 'sparekey sealed').update(text, 'latin1').digest('base64url').slice(0, 22)}`;
}

/** By operation: text near the sealed parts of its answers, the events of its streams included. */
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

/** Ids reported of one answer. */
const MAX_REPORTED = 64;
/** Of each kind in one item or body. The newest are enough to recognize the next turn by. */
const MAX_REPORTED_AT_ONCE = 2;
const LF = 0x0a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Looks for sealed reasoning in the bytes of an answer as they reach its client, and reports its ids. Bytes without a
 * marker cost a search for two words, and are neither parsed nor copied. It needs whole frames in each chunk, as relayed
 * streams have them, or a whole answer in one chunk.
 */
export class SealedReasoningScanner {
  readonly #markers: readonly Buffer[];
  readonly #onId: (id: string) => void;
  #left = MAX_REPORTED;

  /** Undefined for operations whose answers have no sealed reasoning. */
  static for(operation: string, onId: (id: string) => void): SealedReasoningScanner | undefined {
    const operationMarkers = MARKERS[operation];
    return operationMarkers === undefined ? undefined : new SealedReasoningScanner(operationMarkers, onId);
  }

  private constructor(operationMarkers: readonly Buffer[], onId: (id: string) => void) {
    this.#markers = operationMarkers;
    this.#onId = onId;
  }

  read(bytes: Buffer): void {
    let hit = this.#nextMarker(bytes, 0);
    if (hit < 0) return;
    const first = spaceEnd(bytes, 0);
    if (bytes[first] === OPEN_BRACE || bytes[first] === OPEN_BRACKET) {
      this.#reportIn(bytes, first);
      return;
    }
    while (hit >= 0 && this.#left > 0) {
      const start = bytes.indexOf(OPEN_BRACE, bytes.lastIndexOf(LF, hit) + 1);
      if (start < 0) return;
      const end = this.#reportIn(bytes, start);
      hit = this.#nextMarker(bytes, Math.max(end, hit + 1));
    }
  }

  #nextMarker(bytes: Buffer, from: number): number {
    let next = -1;
    for (const marker of this.#markers) {
      const at = bytes.indexOf(marker, from);
      if (at >= 0 && (next < 0 || at < next)) next = at;
    }
    return next;
  }

  #reportIn(bytes: Buffer, start: number): number {
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
