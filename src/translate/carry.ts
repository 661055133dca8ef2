import type { JSONObject } from '@ai-sdk/provider';

/**
 * What a provider wants to see again in the next turn, such as the signature of its thinking, and which the
 * client's dialect has no place for but an opaque text.
 */
export type Carried = Readonly<Record<string, JSONObject>>;

/** What begins a text of ours. Fits wherever ids may stand: letters, digits, `_` and `-`. */
const MARK = 'sk1_';
const ID_MARK = '__sk1_';

/** The fields of a provider's metadata that it wants to see again, by the names of its package. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['signature', 'redactedData'],
  google: ['thoughtSignature'],
  amazonBedrock: ['signature', 'redactedContent'],
};

/** Of the metadata of an answer's part what has to come back; undefined where nothing has. */
export function wantedOf(metadata: Readonly<Record<string, JSONObject>> | undefined): Carried | undefined {
  const found = Object.entries(WANTED).flatMap(([name, fields]) => {
    const own = metadata?.[name] ?? {};
    const kept = Object.fromEntries(
      fields
        .filter((field) => own[field] !== undefined && own[field] !== null)
        .map((field) => [field, own[field]]),
    );
    return Object.keys(kept).length === 0 ? [] : [[name, kept] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** As an opaque text for the client to send back. */
export function packCarried(carried: Carried): string {
  return MARK + Buffer.from(JSON.stringify(carried)).toString('base64url');
}

/** What such a text holds; undefined for one that is not ours. */
export function unpackCarried(text: string): Carried | undefined {
  return text.startsWith(MARK) ? decode(text.slice(MARK.length)) : undefined;
}

/** An id that carries it along, for dialects that have no other place. */
export function idCarrying(id: string, carried: Carried | undefined): string {
  if (carried === undefined) return id;
  return id + ID_MARK + Buffer.from(JSON.stringify(carried)).toString('base64url');
}

/** An id without what it carries, and that. */
export function idCarried(text: string): { readonly id: string; readonly carried: Carried | undefined } {
  const mark = text.indexOf(ID_MARK);
  if (mark < 0) return { id: text, carried: undefined };
  return { id: text.slice(0, mark), carried: decode(text.slice(mark + ID_MARK.length)) };
}

/** Clients may send anything: what is not ours carries nothing. */
function decode(base64: string): Carried | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64url').toString());
    return isCarried(value) ? wantedOf(value) : undefined;
  } catch {
    return undefined;
  }
}

function isCarried(value: unknown): value is Record<string, JSONObject> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
  );
}
