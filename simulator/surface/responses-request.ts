import { choiceOf, describeUrl, toolOf } from './chat-request.ts';
import { joined, message, type Message } from './conversation.ts';
import { numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './json.ts';
import { textOf } from './text.ts';
import type { GenerationOptions, Tool } from './generation-options.ts';

/** The messages of a request's items; its instructions come first. */
export function responsesMessages(instructions: unknown, items: readonly unknown[]): readonly Message[] {
  const first = stringOf(instructions);
  return [
    ...(first === undefined ? [] : [message('system', { text: first })]),
    ...objectsOf(items).map(messageOf),
  ];
}

function messageOf(item: JsonObject): Message {
  switch (item['type']) {
    case 'additional_tools':
      return message('system', {});
    case 'function_call':
    case 'custom_tool_call':
      return message('assistant', { calls: [{ id: String(item['call_id']), name: String(item['name']) }] });
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const result = { id: String(item['call_id']), text: textOf(item['output']), failed: false };
      const files = objectsOf(item['output']).flatMap((part) => partOf(part).files ?? []);
      return message('user', { results: [result], files });
    }
    case 'reasoning':
      return message('assistant', {
        thoughts: stringsOf(item['encrypted_content']).map((signature) => ({ signature, text: undefined })),
      });
    default:
      return itemOfRole(item);
  }
}

function itemOfRole({ role, content }: JsonObject): Message {
  switch (role) {
    case 'system':
    case 'developer':
      return message('system', { text: textOf(content) });
    case 'assistant':
      return message('assistant', { text: textOf(content) });
    default:
      return joined(
        'user',
        typeof content === 'string' ? [{ text: content }] : objectsOf(content).map(partOf),
      );
  }
}

function partOf(part: JsonObject): Partial<Message> {
  const source = part['image_url'] ?? part['file_data'] ?? part['file_url'] ?? part['file_id'];
  return typeof source === 'string' ? { files: [describeUrl(source)] } : { text: textOf([part]) };
}

/** What a Responses request wants of its answer. */
export function responsesOptions(request: JsonObject): GenerationOptions {
  const choice = request['tool_choice'];
  const effort = objectOf(request['reasoning'])['effort'];
  return {
    tools: [
      ...objectsOf(request['tools']),
      ...objectsOf(request['input']).flatMap(({ type, tools }) =>
        type === 'additional_tools' ? objectsOf(tools) : [],
      ),
    ].flatMap(toolsOf),
    choice: choiceOf(choice, stringOf(objectOf(choice)['name'])),
    parallel: request['parallel_tool_calls'] !== false,
    thinks: typeof effort === 'string' && effort !== 'none',
    json: jsonOf(objectOf(objectOf(request['text'])['format'])),
    maxTokens: numberOf(request['max_output_tokens']),
    stops: [],
  };
}

/** Functions and custom tools, those of namespaces too. What OpenAI runs itself is not called. */
function toolsOf(tool: JsonObject): readonly Tool[] {
  switch (tool['type']) {
    case 'function':
      return [toolOf(tool)];
    case 'custom':
      return [{ name: String(tool['name']), schema: undefined, custom: true }];
    case 'namespace':
      return objectsOf(tool['tools'])
        .flatMap(toolsOf)
        .map((each) => ({ ...each, namespace: String(tool['name']) }));
    default:
      return [];
  }
}

function jsonOf({ type, schema }: JsonObject): GenerationOptions['json'] {
  if (type === 'json_schema') return { schema };
  return type === 'json_object' ? { schema: undefined } : undefined;
}
