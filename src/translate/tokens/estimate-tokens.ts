import type { NormalizedRequest } from '../codec.ts';
import type { Message, Prompt } from '../client/fields.ts';
import { fileTokens } from './media-tokens.ts';

/** How many tokens a text is, whole or not. */
export type CountText = (text: string) => number;

/**
 * "One token generally corresponds to ~4 characters" of English: platform.openai.com/tokenizer; the same number stands in
 * ai.google.dev/gemini-api/docs/tokens. Bytes of UTF-8 make it fit other scripts, whose characters cost more. Bytes.
 */
const BYTES_PER_TOKEN = 4;

/** A rough count, for texts of any size: it looks at no character. */
export const countByLength: CountText = (text) => Buffer.byteLength(text) / BYTES_PER_TOKEN;

/** What stands around each message, and before the answer: cookbook.openai.com, "How to count tokens with tiktoken". */
const MESSAGE_TOKENS = 3;

/**
 * The instructions by which Claude calls tools (docs.claude.com/en/docs/agents-and-tools/tool-use/overview, "Pricing",
 * 2026-11), for `auto` and `none`, and where a call is forced.
 */
const CLAUDE_TOOLS_TOKENS = 346;
const CLAUDE_FORCED_TOOL_TOKENS = 313;

/**
 * About how many tokens a request is. Thinking of earlier turns is not counted: most providers are not sent it, and
 * Anthropic does not count it either (docs.claude.com/en/docs/build-with-claude/token-counting).
 * @param model as the provider calls it
 */
export function estimateTokens(
  { options }: Pick<NormalizedRequest, 'options'>,
  model: string,
  countText: CountText,
): number {
  const { prompt, tools = [], toolChoice, responseFormat } = options;
  let tokens = MESSAGE_TOKENS;
  for (const message of prompt) tokens += MESSAGE_TOKENS + messageTokens(message, countText);
  for (const tool of tools) {
    if (tool.type !== 'function') continue;
    const { name, description = '', inputSchema } = tool;
    tokens += MESSAGE_TOKENS + countText(name) + countText(description) + countJson(inputSchema, countText);
  }
  if (responseFormat?.type === 'json' && responseFormat.schema !== undefined)
    tokens += countJson(responseFormat.schema, countText);
  if (tools.length > 0 && model.includes('claude')) {
    const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
    tokens += isForced ? CLAUDE_FORCED_TOOL_TOKENS : CLAUDE_TOOLS_TOKENS;
  }
  return Math.ceil(tokens);
}

type Part = Exclude<Prompt[number]['content'], string>[number];
type ToolOutput = Extract<Part, { readonly type: 'tool-result' }>['output'];

function messageTokens({ content }: Message, countText: CountText): number {
  if (typeof content === 'string') return countText(content);
  let tokens = 0;
  for (const part of content) tokens += partTokens(part, countText);
  return tokens;
}

function partTokens(part: Part, countText: CountText): number {
  switch (part.type) {
    case 'text':
      return countText(part.text);
    case 'file':
      return fileTokens(part.mediaType, part.data, countText);
    case 'tool-call':
      return MESSAGE_TOKENS + countText(part.toolName) + countJson(part.input, countText);
    case 'tool-result':
      return MESSAGE_TOKENS + outputTokens(part.output, countText);
    default:
      return 0;
  }
}

function outputTokens(output: ToolOutput, countText: CountText): number {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return countText(output.value);
    case 'json':
    case 'error-json':
      return countJson(output.value, countText);
    case 'content': {
      let tokens = 0;
      for (const part of output.value) {
        if (part.type === 'text') tokens += countText(part.text);
        else if (part.type === 'file') tokens += fileTokens(part.mediaType, part.data, countText);
      }
      return tokens;
    }
    case 'execution-denied':
      return countText(output.reason ?? '');
  }
}

function countJson(value: unknown, countText: CountText): number {
  if (typeof value === 'string') return countText(value);
  return value === undefined ? 0 : countText(JSON.stringify(value));
}
