import { describeFile, joined, message, type Message } from './conversation.ts';
import { isObject, numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './json.ts';
import { textOf } from './text.ts';
import type { Tool, ToolChoice, GenerationOptions } from './generation-options.ts';

/** The messages of a chat request. */
export function chatMessages(messages: readonly unknown[]): readonly Message[] {
  return messages.filter(isObject).map((each) => {
    const { content } = each;
    switch (each['role']) {
      case 'system':
      case 'developer':
        return message('system', { text: textOf(content) });
      case 'assistant':
        return message('assistant', {
          text: textOf(content),
          calls: objectsOf(each['tool_calls']).map((call) => ({
            id: String(call['id']),
            name: String(objectOf(call['function'])['name']),
          })),
        });
      case 'tool': {
        const result = { id: String(each['tool_call_id']), text: textOf(content), failed: false };
        return message('user', { results: [result] });
      }
      default:
        return joined(
          'user',
          typeof content === 'string' ? [{ text: content }] : objectsOf(content).map(partOf),
        );
    }
  });
}

function partOf(part: JsonObject): Partial<Message> {
  switch (part['type']) {
    case 'image_url':
      return { files: [describeUrl(stringOf(objectOf(part['image_url'])['url']) ?? '')] };
    case 'input_audio': {
      const { format, data } = objectOf(part['input_audio']);
      return { files: [describeFile(`audio/${String(format)}`, String(data))] };
    }
    case 'file': {
      const file = objectOf(part['file']);
      return { files: [describeUrl(stringOf(file['file_id'] ?? file['file_data']) ?? '')] };
    }
    default:
      return { text: textOf([part]) };
  }
}

/** A file by its URL; where that holds the file, by what it is and how long. */
export function describeUrl(url: string): string {
  const data = /^data:([^;,]*)[^,]*,/u.exec(url);
  return data === null ? url : describeFile(data[1] ?? '', url.slice(data[0].length));
}

/** What a chat request wants of its answer. */
export function chatOptions(request: JsonObject): GenerationOptions {
  const functions = objectsOf(request['tools']).map((tool) => objectOf(tool['function']));
  return {
    tools: functions.map(toolOf),
    choice: choiceOf(
      request['tool_choice'],
      stringOf(objectOf(objectOf(request['tool_choice'])['function'])['name']),
    ),
    parallel: request['parallel_tool_calls'] !== false,
    thinks: thinks(request),
    json: jsonOf(objectOf(request['response_format'])),
    maxTokens: numberOf(request['max_completion_tokens']) ?? numberOf(request['max_tokens']),
    stops: stringsOf(request['stop']),
  };
}

/** A function, as OpenAI describes one. */
export function toolOf({ name, parameters }: JsonObject): Tool {
  return { name: String(name), schema: parameters };
}

/** OpenAI's choice among tools. @param name of the one that must be called, where there is one */
export function choiceOf(choice: unknown, name: string | undefined): ToolChoice {
  if (name !== undefined) return { name };
  return choice === 'none' || choice === 'required' ? choice : 'auto';
}

/** OpenAI's models take an effort; those of other vendors with its surface are switched. */
function thinks(request: JsonObject): boolean {
  const effort = request['reasoning_effort'];
  if (effort !== undefined && effort !== null) return effort !== 'none';
  return request['enable_thinking'] === true || objectOf(request['thinking'])['type'] === 'enabled';
}

function jsonOf(format: JsonObject): GenerationOptions['json'] {
  switch (format['type']) {
    case 'json_schema':
      return { schema: objectOf(format['json_schema'])['schema'] };
    case 'json_object':
      return { schema: undefined };
    default:
      return undefined;
  }
}
