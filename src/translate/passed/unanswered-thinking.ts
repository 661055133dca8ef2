import type { TypeSign } from '../../dialects/scan/body-signs.ts';
import { memberAt } from '../../dialects/scan/json-edit.ts';
import {
  jsonOf,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import { itemsOf } from '../../dialects/scan/json-walk.ts';

/*
 * With a budget for thinking Claude refuses a turn in which tools were called without any: `Expected thinking or
 * redacted_thinking, but found tool_use`. Such a turn began at a provider whose thinking it cannot read. Anthropic's own way is to
 * stop thinking until the turn is over (docs.claude.com/en/docs/build-with-claude/extended-thinking, "Toggling thinking modes in
 * conversations"); models that decide themselves how much they think take it as it is.
 */

/** A request without it is not changed here. */
export const THINKS_WITHIN_BUDGET: TypeSign = { type: Buffer.from('"enabled"'), isFine: () => false };

const TOOL_RESULT = Buffer.from('"tool_result"');

/** A request whose thinking is off where the turn under way has called tools without thinking. */
export function withoutUnansweredThinking(body: Buffer): Buffer {
  if (!body.includes(TOOL_RESULT)) return body;
  const thinking = memberAt(body, 'thinking');
  if (thinking === undefined || typeAt(body, thinking) !== 'enabled') return body;
  const messages = memberAt(body, 'messages');
  if (messages === undefined || !callsWithoutThinking(body, [...itemsOf(body, messages)])) return body;
  return rewriteRoot(body, (name, at) => {
    switch (name) {
      case 'thinking':
        return jsonOf({ type: 'disabled' });
      case 'context_management':
        return withoutClearing(body, at);
      default:
        return 'kept';
    }
  });
}

/** Clearing old thinking wants thinking (docs.claude.com/en/docs/build-with-claude/context-editing). */
function withoutClearing(body: Buffer, management: number) {
  return rewriteMembers(body, management, (name, at) =>
    name === 'edits'
      ? rewriteItems(body, at, (edit) =>
          typeAt(body, edit)?.startsWith('clear_thinking') === true ? 'removed' : 'kept',
        )
      : 'kept',
  );
}

/** Whether the messages end in a turn of results of tools in which the model has not thought. */
function callsWithoutThinking(body: Buffer, messages: readonly number[]): boolean {
  let calls = false;
  for (const message of messages.toReversed()) {
    const content = memberAt(body, 'content', message);
    const types = content === undefined ? [] : [...itemsOf(body, content)].map((at) => typeAt(body, at));
    if (wholeStringAt(body, memberAt(body, 'role', message)) === 'assistant') {
      if (types.includes('thinking') || types.includes('redacted_thinking')) return false;
      calls ||= types.includes('tool_use');
    } else if (!types.includes('tool_result')) return calls;
  }
  return calls;
}

function typeAt(body: Buffer, object: number): string | undefined {
  return wholeStringAt(body, memberAt(body, 'type', object));
}
