import type { Json } from '../../asked.ts';
import { argumentsOf, needText, objectOf, objectsOf, textOf } from '../fields.ts';
import type { Tool } from '../fields.ts';
import { functionTool } from '../openai/read-tools.ts';

/** The name that the tool goes by which OpenAI's models know as their shell. */
export const LOCAL_SHELL = 'local_shell';

/** The tools of a request, and the names of those that were left out. */
export interface ReadTools {
  readonly tools: readonly Tool[];
  readonly left: readonly string[];
}

/**
 * Tools that the client runs. One that takes free text is a function of one text elsewhere, and the shell is one of
 * a command; what OpenAI runs itself is left out.
 */
export function readTools(value: unknown): ReadTools {
  const tools: Tool[] = [];
  const left: string[] = [];
  for (const [at, tool] of objectsOf(value).entries()) {
    const { type } = tool;
    if (type === 'function') tools.push(functionTool(tool, `tools[${at}]`));
    else if (type === 'custom') tools.push(customTool(tool, at));
    else if (type === LOCAL_SHELL) tools.push(localShell);
    else left.push(`tools.${String(type)}`);
  }
  return { tools, left };
}

function customTool(tool: Json, at: number): Tool {
  const format = objectOf(tool['format']);
  const grammar = textOf(format?.['definition']);
  const description = [
    textOf(tool['description']),
    grammar === undefined
      ? undefined
      : `The input follows this ${textOf(format?.['syntax']) ?? ''} grammar:\n${grammar}`,
  ];
  return {
    type: 'function',
    name: needText(tool['name'], `tools[${at}].name`),
    description: description.filter((text) => text !== undefined).join('\n\n'),
    inputSchema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'All of the input, as it is.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

const localShell: Tool = {
  type: 'function',
  name: LOCAL_SHELL,
  description: "Runs a command on the user's machine and returns what it prints.",
  inputSchema: {
    type: 'object',
    properties: {
      command: { type: 'array', items: { type: 'string' }, description: 'The command and its arguments.' },
      working_directory: { type: 'string' },
      timeout_ms: { type: 'number' },
    },
    required: ['command'],
    additionalProperties: false,
  },
};

/** Makes the function that says what kind of item a call of a tool is, by how the request described the tool. */
export function itemKinds(tools: unknown): (name: string) => 'function' | 'custom' | 'local_shell' {
  const kinds = new Map(objectsOf(tools).map((tool) => [tool['name'] ?? tool['type'], tool['type']]));
  return (name) => {
    const kind = kinds.get(name);
    return kind === 'custom' || kind === LOCAL_SHELL ? kind : 'function';
  };
}

/** A call as an item of a response. @param id - of the item */
export function callItem(
  kind: 'function' | 'custom' | 'local_shell',
  id: string,
  call: { readonly toolCallId: string; readonly toolName: string; readonly input: string },
): Json {
  const { toolCallId: call_id, toolName: name, input } = call;
  const status = 'completed';
  switch (kind) {
    case 'function':
      return {
        id: `fc_${id}`,
        type: 'function_call',
        status,
        call_id,
        name,
        arguments: input === '' ? '{}' : input,
      };
    case 'custom':
      return { id: `ctc_${id}`, type: 'custom_tool_call', status, call_id, name, input: freeText(input) };
    case 'local_shell':
      return { id: `lsh_${id}`, type: 'local_shell_call', status, call_id, action: shellAction(input) };
  }
}

/** The text of a tool that takes free text; all of it where the model wrote no arguments. */
export function freeText(input: string): string {
  const text = objectOf(argumentsOf(input))?.['input'];
  return typeof text === 'string' ? text : input;
}

function shellAction(input: string): Json {
  return { env: {}, ...objectOf(argumentsOf(input)), type: 'exec' };
}
