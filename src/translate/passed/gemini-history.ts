import { showsSign } from '../../dialects/scan/body-signs.ts';
import type { Signs } from '../../dialects/scan/body-signs.ts';
import {
  jsonOf,
  memberStarts,
  rewriteEach,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { valueEnd } from '../../dialects/scan/json-walk.ts';
import { unpackOpaqueState } from '../opaque-state.ts';
import { isMarked, MARK, withPlainIds } from './own-marks.ts';

/*
 * Conversations in Gemini's dialect that were answered by several providers, for one that speaks it.
 *
 * From Gemini 3 on the first function call of each of the model's contents has to be signed; a call that another model made has
 * this text instead of a signature (ai.google.dev/gemini-api/docs/thought-signatures, "FAQs").
 */

export const UNSIGNED = 'skip_thought_signature_validator';
const CALLS = [Buffer.from('"functionCall"'), Buffer.from('"function_call"')];

/** What shows that a body may be changed here. */
export function geminiSigns(wantsSignatures: boolean): Signs {
  return { words: wantsSignatures ? [MARK, ...CALLS] : [MARK], types: [] };
}

/** @param wantsSignatures - whether the model refuses function calls that are not signed */
export function geminiHistory(body: Buffer, wantsSignatures: boolean): Buffer {
  if (!showsSign(body, geminiSigns(wantsSignatures))) return body;
  return rewriteRoot(body, (name, at) =>
    name === 'contents'
      ? rewriteEach(body, at, (content) => readableContent(body, content, wantsSignatures))
      : 'kept',
  );
}

/** The body without the signatures that are among these. */
export function withoutSealedParts(body: Buffer, isUnreadable: (seal: string) => boolean): Buffer {
  const readable = (part: number): Rewritten =>
    rewriteMembers(body, part, (name, at) => {
      const seal = SIGNATURES.includes(name) ? wholeStringAt(body, at) : undefined;
      if (seal === undefined || seal === '' || seal === UNSIGNED) return 'kept';
      return isUnreadable(seal) ? 'removed' : 'kept';
    });
  return rewriteRoot(body, (name, contents) => {
    if (name !== 'contents') return 'kept';
    return rewriteEach(body, contents, (content) =>
      rewriteMembers(body, content, (member, parts) =>
        member === 'parts' ? rewriteEach(body, parts, readable) : 'kept',
      ),
    );
  });
}

function readableContent(body: Buffer, content: number, wantsSignatures: boolean): Rewritten {
  let isFirst = true;
  return rewriteMembers(body, content, (name, at) => {
    if (name !== 'parts') return 'kept';
    return rewriteEach(body, at, (part) => {
      const members = memberStarts(body, part);
      const isCall = members.has('functionCall') || members.has('function_call');
      const signature = signatureIn(body, members);
      const lacksSignature = isCall && isFirst && wantsSignatures && signature === undefined;
      if (isCall) isFirst = false;
      return readablePart(body, part, lacksSignature ? UNSIGNED : signature);
    });
  });
}

/** Google's servers read `camelCase` and `snake_case` alike. */
const SIGNATURES = ['thoughtSignature', 'thought_signature'];

/** A part's signature that Gemini made; undefined where it has none. */
function signatureIn(body: Buffer, members: ReadonlyMap<string, number>): string | undefined {
  const written = SIGNATURES.map((name) => wholeStringAt(body, members.get(name))).find(Boolean);
  if (!isMarked(written)) return written;
  const own = unpackOpaqueState(written ?? '')?.['google']?.['thoughtSignature'];
  return typeof own === 'string' && own !== '' ? own : undefined;
}

/** @param signature - that it is to have */
function readablePart(body: Buffer, part: number, signature: string | undefined): Rewritten {
  let isWritten = false;
  const rewritten = rewriteMembers(body, part, (name, at) => {
    if (SIGNATURES.includes(name)) {
      const written = wholeStringAt(body, at);
      isWritten ||= written === signature;
      if (written === signature) return 'kept';
      if (signature === undefined) return 'removed';
      isWritten = true;
      return jsonOf(signature);
    }
    const isNamed = ['functionCall', 'function_call', 'functionResponse', 'function_response'].includes(name);
    return isNamed ? withPlainIds(body, at, ['id']) : 'kept';
  });
  if (signature === undefined || isWritten) return rewritten;
  const own = Buffer.isBuffer(rewritten) ? rewritten : body.subarray(part, valueEnd(body, part));
  return Buffer.concat([
    own.subarray(0, -1),
    Buffer.from(`,"thoughtSignature":${JSON.stringify(signature)}}`),
  ]);
}
