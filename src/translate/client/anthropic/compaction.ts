import { objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { textOf } from '../fields.ts';

/** A message and its place. */
interface PlacedMessage {
  readonly message: Json;
  /** Its place in the request. */
  readonly where: string;
  readonly at: number;
}

/**
 * The conversation from its last compaction on. Its block holds a summary in place of all that stands before it, which
 * Anthropic does not show to the model either (platform.claude.com/docs/en/build-with-claude/compaction, 2026-11-30).
 */
export function sinceCompaction(messages: readonly PlacedMessage[]): readonly PlacedMessage[] {
  const at = messages.findLastIndex(({ message }) => objectsOf(message['content']).some(isSummary));
  const last = messages[at];
  if (last === undefined) return messages;
  const blocks = objectsOf(last.message['content']);
  const block = blocks.findLastIndex(isSummary);
  const text = `A summary of the conversation so far:\n${textOf(blocks[block]?.['content']) ?? ''}`;
  return [
    { ...last, message: { role: 'user', content: text } },
    { ...last, message: { ...last.message, content: blocks.slice(block + 1) } },
    ...messages.slice(at + 1),
  ];
}

/** Whether a block is a compaction that has succeeded. */
function isSummary({ type, content }: Json): boolean {
  return type === 'compaction' && textOf(content) !== undefined;
}
