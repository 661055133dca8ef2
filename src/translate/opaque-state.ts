import type { JSONObject } from '@ai-sdk/provider';

/**
 * What a provider wants back in the next turn, such as the signature of its thinking, and the client's dialect has no
 * place for but an opaque text.
 */
export type OpaqueState = Readonly<Record<string, JSONObject>>;

/** Begins packed state. Ids may hold it: letters, digits, `_` and `-`. */
const PREFIX = 'sk1_';
const ID_SEPARATOR = '__sk1_';

/** The fields of a provider's metadata that it wants back, by the names of its package. */
const STATE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['signature', 'redactedData'],
  google: ['thoughtSignature'],
  amazonBedrock: ['signature', 'redactedContent'],
};

/** What has to come back of the metadata of a response's part; undefined where nothing has. */
export function opaqueStateOf(
  metadata: Readonly<Record<string, JSONObject>> | undefined,
): OpaqueState | undefined {
  const found = Object.entries(STATE_FIELDS).flatMap(([name, fields]) => {
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
export function packOpaqueState(state: OpaqueState): string {
  return PREFIX + Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** The state in such a text; undefined for one that was not packed here. */
export function unpackOpaqueState(text: string): OpaqueState | undefined {
  return text.startsWith(PREFIX) ? decode(text.slice(PREFIX.length)) : undefined;
}

/** An id with the state appended, for dialects that have no other place. */
export function idWithState(id: string, state: OpaqueState | undefined): string {
  if (state === undefined) return id;
  return id + ID_SEPARATOR + Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** An id without its state, and the state. */
export function splitIdState(text: string): { readonly id: string; readonly state: OpaqueState | undefined } {
  const mark = text.indexOf(ID_SEPARATOR);
  if (mark < 0) return { id: text, state: undefined };
  return { id: text.slice(0, mark), state: decode(text.slice(mark + ID_SEPARATOR.length)) };
}

/** Clients may send anything: what was not packed here is no state. */
function decode(base64: string): OpaqueState | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64url').toString());
    return isOpaqueState(value) ? opaqueStateOf(value) : undefined;
  } catch {
    return undefined;
  }
}

function isOpaqueState(value: unknown): value is Record<string, JSONObject> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
  );
}
