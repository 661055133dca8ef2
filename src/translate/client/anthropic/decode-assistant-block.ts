import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import { cacheControlOf, describeWord, requireText, textOf } from '../fields.ts';
import type { AssistantContent } from '../fields.ts';
import { unknownBlock } from './decode-user-block.ts';

/**
 * Blocks of what Anthropic's servers did in an earlier turn. They mean nothing to other providers; the model's text about them
 * stays (platform.claude.com/docs/en/api/messages, 2026-11-30).
 */
const VENDOR_BLOCKS: ReadonlySet<unknown> = new Set([
  'advisor_tool_result',
  'bash_code_execution_tool_result',
  'code_execution_tool_result',
  'container_upload',
  'fallback',
  'mcp_tool_listing',
  'mcp_tool_result',
  'mcp_tool_use',
  'server_tool_use',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'web_fetch_tool_result',
  'web_search_tool_result',
]);

/** A block of a message of the model's. @param dropped - takes the names of blocks that are left out */
export function assistantPart(block: Json, where: string, dropped: Set<string>): AssistantContent {
  switch (block['type']) {
    case 'text': {
      const text = textOf(block['text']);
      return text === undefined ? [] : [{ type: 'text', text, ...cacheControlOf(block) }];
    }
    case 'thinking':
      return [thinkingPart(textOf(block['thinking']) ?? '', textOf(block['signature']))];
    case 'redacted_thinking': {
      const data = requireText(block['data'], `a redacted thinking of ${where}`);
      const providerOptions = unpackOpaqueState(data) ?? {
        anthropic: { redactedData: data },
        amazonBedrock: { redactedContent: data },
      };
      return [{ type: 'reasoning', text: '', providerOptions }];
    }
    case 'tool_use': {
      const { id, state } = splitIdState(requireText(block['id'], `the id of a tool call of ${where}`));
      return [
        {
          type: 'tool-call',
          toolCallId: id,
          toolName: requireText(block['name'], `the name of a tool call of ${where}`),
          input: argumentsOf(block['input']),
          ...stateOption(state),
        },
      ];
    }
    // One that has failed: the conversation goes on as it was.
    case 'compaction':
      return [];
    default:
      if (!VENDOR_BLOCKS.has(block['type'])) throw unknownBlock(block, where);
      dropped.add(`messages.${describeWord(block['type'])}`);
      return [];
  }
}

/** A signature that was not packed here is Anthropic's, which its models on Bedrock take as well. */
function thinkingPart(text: string, signature: string | undefined): AssistantContent[number] {
  if (signature === undefined) return { type: 'reasoning', text };
  const providerOptions = unpackOpaqueState(signature) ?? {
    anthropic: { signature },
    amazonBedrock: { signature },
  };
  return { type: 'reasoning', text, providerOptions };
}

function stateOption(state: OpaqueState | undefined) {
  return state === undefined ? {} : { providerOptions: state };
}
