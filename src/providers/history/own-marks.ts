import { rewriteMembers, wholeStringAt, jsonOf } from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { splitIdState } from '../../translate/opaque-state.ts';

/** Stands in all that the gateway packed for a client of another family: a body without it has none. */
const MARK = Buffer.from('sk1_');

/** Whether a body may hold what the gateway wrote for another family. */
export function mayHoldMarks(body: Buffer): boolean {
  return body.includes(MARK);
}

/** Whether a text is state that was packed here, whether or not it can be read. */
export function isMarked(text: string | undefined): boolean {
  return text?.startsWith('sk1_') === true;
}

/** An id of a call without the state that was put into it. @param at - of the id */
export function plainId(body: Buffer, at: number): Rewritten {
  const written = wholeStringAt(body, at);
  if (written === undefined) return 'kept';
  const { id } = splitIdState(written);
  return id === written ? 'kept' : jsonOf(id);
}

/** An object whose members of some names are ids of calls. */
export function withPlainIds(body: Buffer, object: number, names: readonly string[]): Rewritten {
  return rewriteMembers(body, object, (name, at) => (names.includes(name) ? plainId(body, at) : 'kept'));
}

/** The same where only ids that hold one of these states lose it. @param isUnreadable - is given the whole id */
export function withUnsealedIds(
  body: Buffer,
  object: number,
  names: readonly string[],
  isUnreadable: (seal: string) => boolean,
): Rewritten {
  return rewriteMembers(body, object, (name, at) => {
    if (!names.includes(name)) return 'kept';
    const plain = plainId(body, at);
    return plain !== 'kept' && isUnreadable(wholeStringAt(body, at) ?? '') ? plain : 'kept';
  });
}
