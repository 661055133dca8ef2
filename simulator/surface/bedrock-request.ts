import { describeFile, joined, message, type Message, type ToolResult } from './conversation.ts';
import { numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './json.ts';
import { textOf } from './text.ts';
import type { ToolChoice, GenerationOptions } from './generation-options.ts';

/** The messages of a request of Converse; what stands in `system` comes first. */
export function converseMessages({ system, messages }: JsonObject): readonly Message[] {
  return [
    ...(system === undefined ? [] : [message('system', { text: textOf(system) })]),
    ...objectsOf(messages).map(({ role, content }) =>
      joined(role === 'assistant' ? 'assistant' : 'user', objectsOf(content).map(blockOf)),
    ),
  ];
}

function blockOf(block: JsonObject): Partial<Message> {
  if (block['toolUse'] !== undefined) {
    const { toolUseId, name } = objectOf(block['toolUse']);
    return { calls: [{ id: String(toolUseId), name: String(name) }] };
  }
  if (block['toolResult'] !== undefined) {
    const result = objectOf(block['toolResult']);
    return { results: [resultOf(result)], files: objectsOf(result['content']).flatMap(filesOf) };
  }
  if (block['reasoningContent'] !== undefined) {
    const { reasoningText, redactedContent } = objectOf(block['reasoningContent']);
    const { text, signature } = objectOf(reasoningText);
    const proof = stringOf(redactedContent ?? signature) ?? '';
    return { thoughts: [{ signature: proof, text: stringOf(text) }] };
  }
  const files = filesOf(block);
  return files.length > 0 ? { files } : { text: textOf([block]) };
}

function resultOf({ toolUseId, content, status }: JsonObject): ToolResult {
  const texts = objectsOf(content).map((block) =>
    block['json'] === undefined ? textOf([block]) : JSON.stringify(block['json']),
  );
  return { id: String(toolUseId), text: texts.join(''), failed: status === 'error' };
}

function filesOf(block: JsonObject): readonly string[] {
  const { image, document } = block;
  if (image === undefined && document === undefined) return [];
  const { format, source } = objectOf(image ?? document);
  const { bytes, s3Location } = objectOf(source);
  const type = `${image === undefined ? 'application' : 'image'}/${String(format)}`;
  if (typeof bytes === 'string') return [describeFile(type, bytes)];
  return [stringOf(objectOf(s3Location)['uri']) ?? type];
}

/** What a request of Converse wants of its answer. What Claude alone knows stands among the additional fields. */
export function converseOptions(request: JsonObject): GenerationOptions {
  const config = objectOf(request['inferenceConfig']);
  const additional = objectOf(request['additionalModelRequestFields']);
  const toolConfig = objectOf(request['toolConfig']);
  const extraChoice = objectOf(additional['tool_choice']);
  const format = objectOf(objectOf(additional['output_config'])['format']);
  const thinking =
    objectOf(additional['thinking'])['type'] ?? objectOf(additional['reasoningConfig'])['type'];
  return {
    tools: objectsOf(toolConfig['tools'])
      .filter(({ toolSpec }) => toolSpec !== undefined)
      .map((tool) => {
        const { name, inputSchema } = objectOf(tool['toolSpec']);
        return { name: String(name), schema: objectOf(inputSchema)['json'] };
      }),
    choice: extraChoice['type'] === 'none' ? 'none' : choiceOf(objectOf(toolConfig['toolChoice'])),
    parallel: extraChoice['disable_parallel_tool_use'] !== true,
    thinks: thinking === 'enabled' || thinking === 'adaptive',
    json: format['type'] === 'json_schema' ? { schema: format['schema'] } : undefined,
    maxTokens: numberOf(config['maxTokens']),
    stops: stringsOf(config['stopSequences']),
  };
}

function choiceOf({ any, tool }: JsonObject): ToolChoice {
  if (tool !== undefined) return { name: String(objectOf(tool)['name']) };
  return any === undefined ? 'auto' : 'required';
}

/** What Converse refuses a request for beyond its conversation; undefined for one that is sound. */
export function converseFlaw(request: JsonObject): string | undefined {
  const messages = objectsOf(request['messages']);
  if (messages[0]?.['role'] !== 'user')
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
  const blocks = messages.flatMap(({ content }) => objectsOf(content));
  if (blocks.some(({ text }) => typeof text === 'string' && text.trim() === ''))
    return 'The text field in the ContentBlock object is blank. Add text to the text field, and try again.';
  const hasToolBlocks = blocks.some(({ toolUse, toolResult }) => toolUse ?? toolResult);
  if (hasToolBlocks && request['toolConfig'] === undefined)
    return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
  return undefined;
}
