import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  jsonOf,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { UNSIGNED } from './gemini-history.ts';
import { withUnsealedIds } from './own-marks.ts';

/**
 * A chat without the seals that are among these: OpenRouter's `reasoning_details`, what the gateway packed into ids of calls,
 * and Gemini's signatures, in whose place stands its word for calls that another model made.
 */
export function withoutSealedDetails(body: Buffer, isUnreadable: (seal: string) => boolean): Buffer {
  const isSealed = (at: number | undefined): boolean => {
    const seal = wholeStringAt(body, at);
    return seal !== undefined && seal !== '' && seal !== UNSIGNED && isUnreadable(seal);
  };
  const detail = (at: number): Rewritten =>
    ['data', 'signature'].some((name) => isSealed(memberAt(body, name, at))) ? 'removed' : 'kept';
  const call = (at: number): Rewritten => {
    const signature = ['extra_content', 'google', 'thought_signature'].reduce<number | undefined>(
      (object, name) => (object === undefined ? undefined : memberAt(body, name, object)),
      at,
    );
    if (!isSealed(signature)) return withUnsealedIds(body, at, ['id'], isUnreadable);
    return rewriteMembers(body, at, (name) =>
      name === 'extra_content' ? jsonOf({ google: { thought_signature: UNSIGNED } }) : 'kept',
    );
  };
  const message = (at: number): Rewritten =>
    rewriteMembers(body, at, (name, value) => {
      if (name === 'reasoning_details') return rewriteItems(body, value, detail);
      return name === 'tool_calls' ? rewriteItems(body, value, call) : 'kept';
    });
  const withResultIds = (at: number): Rewritten =>
    wholeStringAt(body, memberAt(body, 'role', at)) === 'tool'
      ? withUnsealedIds(body, at, ['tool_call_id'], isUnreadable)
      : message(at);
  return rewriteRoot(body, (name, messages) =>
    name === 'messages' ? rewriteItems(body, messages, withResultIds) : 'kept',
  );
}
