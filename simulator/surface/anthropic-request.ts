import { describeFile, joined, message, type Message, type ToolResult } from './conversation.ts';
import { numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './json.ts';
import { textOf } from './text.ts';
import type { ToolChoice, GenerationOptions } from './generation-options.ts';

/** The messages of a request of Anthropic's; what stands in `system` comes first. */
export function anthropicMessages({ system, messages }: JsonObject): readonly Message[] {
  return [
    ...(system === undefined ? [] : [message('system', { text: textOf(system) })]),
    ...objectsOf(messages).map(({ role, content }) =>
      joined(
        role === 'assistant' || role === 'system' ? role : 'user',
        typeof content === 'string' ? [{ text: content }] : objectsOf(content).map(blockOf),
      ),
    ),
  ];
}

function blockOf(block: JsonObject): Partial<Message> {
  switch (block['type']) {
    case 'image':
    case 'document':
      return { files: [describeSource(objectOf(block['source']))] };
    case 'tool_use':
      return { calls: [{ id: String(block['id']), name: String(block['name']) }] };
    case 'tool_result':
      return { results: [resultOf(block)], files: objectsOf(block['content']).flatMap(filesOf) };
    case 'thinking':
      return {
        thoughts: [{ signature: String(block['signature']), text: stringOf(block['thinking']) ?? '' }],
      };
    case 'redacted_thinking':
      return { thoughts: [{ signature: String(block['data']), text: undefined }] };
    default:
      return { text: textOf([block]) };
  }
}

function resultOf(block: JsonObject): ToolResult {
  return {
    id: String(block['tool_use_id']),
    text: textOf(block['content']),
    failed: block['is_error'] === true,
  };
}

function filesOf(block: JsonObject): readonly string[] {
  return block['type'] === 'image' ? [describeSource(objectOf(block['source']))] : [];
}

function describeSource(source: JsonObject): string {
  switch (source['type']) {
    case 'base64':
      return describeFile(String(source['media_type']), String(source['data']));
    case 'text':
      return `text/plain, ${String(source['data']).length} bytes`;
    default:
      return stringOf(source['url']) ?? stringOf(source['file_id']) ?? 'a file';
  }
}

/** What a request of Anthropic's wants of its answer. */
export function anthropicOptions(request: JsonObject): GenerationOptions {
  const choice = objectOf(request['tool_choice']);
  const format = objectOf(objectOf(request['output_config'])['format'] ?? request['output_format']);
  return {
    tools: objectsOf(request['tools'])
      .filter(({ type }) => type === undefined || type === 'custom')
      .map((tool) => ({ name: String(tool['name']), schema: tool['input_schema'] })),
    choice: choiceOf(choice),
    parallel: choice['disable_parallel_tool_use'] !== true,
    thinks: isThinking(request),
    json: format['type'] === 'json_schema' ? { schema: format['schema'] } : undefined,
    maxTokens: numberOf(request['max_tokens']),
    stops: stringsOf(request['stop_sequences']),
  };
}

function isThinking(request: JsonObject): boolean {
  const { type } = objectOf(request['thinking']);
  return type === 'enabled' || type === 'adaptive';
}

function choiceOf({ type, name }: JsonObject): ToolChoice {
  switch (type) {
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return { name: String(name) };
    default:
      return 'auto';
  }
}

/** What Anthropic refuses a request for beyond its conversation; undefined for one that is sound. */
export function anthropicFlaw(request: JsonObject): string | undefined {
  const maxTokens = request['max_tokens'];
  if (typeof maxTokens !== 'number') return 'max_tokens: Field required';
  if (!isThinking(request)) return undefined;
  const { budget_tokens: budget } = objectOf(request['thinking']);
  if (typeof budget === 'number' && budget < 1_024)
    return 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024';
  if (typeof budget === 'number' && budget >= maxTokens)
    return '`max_tokens` must be greater than `thinking.budget_tokens`.';
  const { temperature = 1, tool_choice: choice } = request;
  if (temperature !== 1) return '`temperature` may only be set to 1 when thinking is enabled.';
  const { type } = objectOf(choice);
  if (type === 'any' || type === 'tool')
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  return undefined;
}
