import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  allOfType,
  memberStarts,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { isMarked, mayHoldMarks, withPlainIds } from './own-marks.ts';

/*
 * Conversations in the dialect of the Responses API that were answered by several providers, for one that speaks it. Reasoning
 * is the one item that OpenAI looks up or decrypts (platform.openai.com/docs/guides/reasoning, "Encrypted reasoning items"):
 * `Item 'rs_…' not found`, or `invalid_encrypted_content`. Ids of other items need the right beginning alone, which ours have.
 */

const REASONING = Buffer.from('"reasoning"');
/** Begins the id of reasoning that was made here. OpenAI's own go on with hexadecimal digits. */
const OWN_REASONING = 'rs_req_';
const OWN = Buffer.from(OWN_REASONING);

/**
 * The body without reasoning that its reader could neither find nor decrypt.
 * @param isOpenai - whether OpenAI's own models read it, which keep and encrypt reasoning
 */
export function responsesHistory(body: Buffer, isOpenai: boolean): Buffer {
  const isReadable =
    !mayHoldMarks(body) &&
    !body.includes(OWN) &&
    (!isOpenai || allOfType(body, REASONING, (at) => isSealed(body, at)));
  if (isReadable) return body;
  const keepsNothing = isOpenai && storesNothing(body);
  return rewriteRoot(body, (name, at) =>
    name === 'input' ? rewriteItems(body, at, (item) => readableItem(body, item, keepsNothing)) : 'kept',
  );
}

/**
 * The body without reasoning whose encrypted content, or whose id where it has none, is among these. What came after it loses
 * its own id, by which OpenAI knows that it belongs to reasoning: `Item 'fc_…' of type 'function_call' was provided without its
 * required 'reasoning' item`. Results name calls by their `call_id`.
 */
export function withoutSealedItems(body: Buffer, isUnreadable: (seal: string) => boolean): Buffer {
  let isOrphaned = false;
  return rewriteRoot(body, (name, input) => {
    if (name !== 'input') return 'kept';
    return rewriteItems(body, input, (item) => {
      const type = wholeStringAt(body, memberAt(body, 'type', item)) ?? '';
      if (type === 'reasoning') {
        const sealed = wholeStringAt(body, memberAt(body, 'encrypted_content', item)) ?? '';
        const seal = sealed === '' ? (wholeStringAt(body, memberAt(body, 'id', item)) ?? '') : sealed;
        const isRemoved = seal !== '' && isUnreadable(seal);
        isOrphaned ||= isRemoved;
        return isRemoved ? 'removed' : 'kept';
      }
      if (!isOrphaned || !FOLLOWS_REASONING.has(type)) return 'kept';
      return rewriteMembers(body, item, (member) => (member === 'id' ? 'removed' : 'kept'));
    });
  });
}

/** Items of the model's whose id may be left out (platform.openai.com/docs/api-reference/responses/create, "input"). */
const FOLLOWS_REASONING: ReadonlySet<string> = new Set(['custom_tool_call', 'function_call', 'message']);

const LOWER_F = 0x66;

/** `store` is false: what is not encrypted cannot be found. */
function storesNothing(body: Buffer): boolean {
  const store = memberAt(body, 'store');
  return store !== undefined && body[store] === LOWER_F;
}

function isSealed(body: Buffer, object: number): boolean {
  const sealed = wholeStringAt(body, memberStarts(body, object).get('encrypted_content'));
  return sealed !== undefined && sealed !== '' && !isMarked(sealed);
}

function readableItem(body: Buffer, item: number, keepsNothing: boolean): Rewritten {
  switch (wholeStringAt(body, memberAt(body, 'type', item))) {
    case 'reasoning': {
      const sealed = wholeStringAt(body, memberAt(body, 'encrypted_content', item));
      if (isMarked(sealed)) return 'removed';
      const isUnsealed = sealed === undefined || sealed === '';
      return isUnsealed && (keepsNothing || hasOwnId(body, item)) ? 'removed' : 'kept';
    }
    case 'item_reference':
      return hasOwnId(body, item) ? 'removed' : 'kept';
    default:
      return withPlainIds(body, item, ['call_id']);
  }
}

/** Whether it is reasoning that the gateway made for a provider of another family, and nobody stored. */
function hasOwnId(body: Buffer, item: number): boolean {
  return wholeStringAt(body, memberAt(body, 'id', item))?.startsWith(OWN_REASONING) === true;
}
