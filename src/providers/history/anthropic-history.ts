import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  allOfType,
  jsonOf,
  memberStarts,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { unpackOpaqueState } from '../../translate/opaque-state.ts';
import { isMarked, mayHoldMarks, withPlainIds, withUnsealedIds } from './own-marks.ts';
import { withoutUnansweredThinking } from './unanswered-thinking.ts';

/*
 * Conversations in Anthropic's dialect that were answered by several providers, for one that speaks it.
 *
 * Claude refuses thinking whose signature it did not write: `Invalid signature in thinking block`, and a signature that is
 * missing (docs.claude.com/en/docs/build-with-claude/extended-thinking, "Preserving thinking blocks"). Others with the same
 * API do not sign, and some want the text back, so that they are sent it without our marks.
 */

const THINKING = Buffer.from('"thinking"');

/** @param isClaude - whether a model of Anthropic's reads it, which checks signatures */
export function anthropicHistory(body: Buffer, isClaude: boolean): Buffer {
  const isReadable =
    !mayHoldMarks(body) && (!isClaude || allOfType(body, THINKING, (at) => isSigned(body, at)));
  const readable = isReadable ? body : withReadableMessages(body, isClaude);
  return isClaude ? withoutUnansweredThinking(readable) : readable;
}

function isSigned(body: Buffer, object: number): boolean {
  const members = memberStarts(body, object);
  const signature = wholeStringAt(body, members.get('signature'));
  return signature !== undefined && signature !== '' && !isMarked(signature);
}

function withReadableMessages(body: Buffer, isClaude: boolean): Buffer {
  return withBlocks(body, (block) => readableBlock(body, block, isClaude));
}

/** The body without the thinking whose signature, or whose data, is among these, and without what was packed into ids of calls. */
export function withoutSealedThinking(body: Buffer, isUnreadable: (seal: string) => boolean): Buffer {
  return withBlocks(body, (block) => {
    const sealed = (member: string): boolean => {
      const seal = wholeStringAt(body, memberAt(body, member, block));
      return seal !== undefined && seal !== '' && isUnreadable(seal);
    };
    switch (wholeStringAt(body, memberAt(body, 'type', block))) {
      case 'thinking':
        return sealed('signature') ? 'removed' : 'kept';
      case 'redacted_thinking':
        return sealed('data') ? 'removed' : 'kept';
      case 'tool_use':
      case 'tool_result':
        return withUnsealedIds(body, block, ['id', 'tool_use_id'], isUnreadable);
      default:
        return 'kept';
    }
  });
}

/** The body with other blocks in its messages. */
function withBlocks(body: Buffer, rewrite: (block: number) => Rewritten): Buffer {
  return rewriteRoot(body, (name, at) =>
    name === 'messages'
      ? rewriteItems(body, at, (message) => messageWithBlocks(body, message, rewrite))
      : 'kept',
  );
}

/** A message without anything left goes: Anthropic refuses empty content, and joins what stood around it. */
function messageWithBlocks(body: Buffer, message: number, rewrite: (block: number) => Rewritten): Rewritten {
  let isEmptied = false;
  const rewritten = rewriteMembers(body, message, (name, at) => {
    if (name !== 'content') return 'kept';
    const content = rewriteItems(body, at, rewrite);
    isEmptied = Buffer.isBuffer(content) && content.equals(EMPTY_LIST);
    return content;
  });
  return isEmptied ? 'removed' : rewritten;
}

const EMPTY_LIST = Buffer.from('[]');

function readableBlock(body: Buffer, block: number, isClaude: boolean): Rewritten {
  switch (wholeStringAt(body, memberAt(body, 'type', block))) {
    case 'thinking':
      return readableThinking(body, block, isClaude);
    case 'redacted_thinking': {
      const data = wholeStringAt(body, memberAt(body, 'data', block));
      if (!isMarked(data)) return 'kept';
      const own = isClaude ? claudeState(data, 'redactedData', 'redactedContent') : undefined;
      return own === undefined ? 'removed' : withMember(body, block, 'data', own);
    }
    case 'tool_use':
    case 'tool_result':
      return withPlainIds(body, block, ['id', 'tool_use_id']);
    default:
      return 'kept';
  }
}

function readableThinking(body: Buffer, block: number, isClaude: boolean): Rewritten {
  const signature = wholeStringAt(body, memberAt(body, 'signature', block)) ?? '';
  if (isMarked(signature)) {
    const own = isClaude ? claudeState(signature, 'signature', 'signature') : '';
    return own === undefined ? 'removed' : withMember(body, block, 'signature', own);
  }
  return isClaude && signature === '' ? 'removed' : 'kept';
}

/** Of packed state what a model of Anthropic's wrote, here or on Bedrock: its signatures are the same everywhere. */
function claudeState(packed: string | undefined, own: string, onBedrock: string): string | undefined {
  const { anthropic, amazonBedrock } = unpackOpaqueState(packed ?? '') ?? {};
  const value = anthropic?.[own] ?? amazonBedrock?.[onBedrock];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function withMember(body: Buffer, object: number, member: string, value: string): Rewritten {
  return rewriteMembers(body, object, (name) => (name === member ? jsonOf(value) : 'kept'));
}
