import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type { CallOptions } from '../../codec.ts';
import { cacheControlOf, requireObject, requireText, schemaOf, textOf, describeWord } from '../fields.ts';
import type { Tool } from '../fields.ts';

/** The tools of a request, and which of them are to be called. */
export type ToolOptions = Pick<CallOptions, 'tools' | 'toolChoice'>;

/** A function as a tool of the SDK. */
export function functionTool(described: Json, where: string): Tool {
  const description = textOf(described['description']);
  return {
    type: 'function',
    name: requireText(described['name'], `the name of ${where}`),
    inputSchema: schemaOf(described['parameters']),
    ...(description !== undefined && { description }),
    ...(typeof described['strict'] === 'boolean' && { strict: described['strict'] }),
    ...cacheControlOf(described),
  };
}

/** Decodes the tools of a chat, and the older `functions`. */
export function decodeTools(body: Json): ToolOptions {
  const tools = objectsOf(body['tools']).map((tool, at) => {
    if (tool['type'] !== 'function')
      throw new NotExpressible(
        `tools[${at}] is of type ${describeWord(tool['type'])}, which chats elsewhere do not have`,
      );
    const described = requireObject(tool['function'], `tools[${at}].function`);
    return { ...functionTool(described, `tools[${at}]`), ...cacheControlOf(tool) };
  });
  const functions = objectsOf(body['functions']).map((each, at) => functionTool(each, `functions[${at}]`));
  return withToolChoice([...tools, ...functions], body['tool_choice'] ?? body['function_call']);
}

/** The tools with the choice among them, as chats and responses have it. */
export function withToolChoice(tools: readonly Tool[], choice: unknown): ToolOptions {
  if (tools.length === 0) return {};
  if (choice === 'none' || choice === 'auto' || choice === 'required')
    return { tools: [...tools], toolChoice: { type: choice } };
  const named = asObject(choice);
  if (named === undefined) return { tools: [...tools] };
  const allowed = asObject(named['allowed_tools']) ?? (named['type'] === 'allowed_tools' ? named : undefined);
  if (allowed !== undefined) return allowedOf(tools, allowed);
  const toolName = textOf(asObject(named['function'])?.['name']) ?? textOf(named['name']);
  if (toolName === undefined) return { tools: [...tools] };
  return { tools: [...tools], toolChoice: { type: 'tool', toolName } };
}

function allowedOf(tools: readonly Tool[], allowed: Json): ToolOptions {
  const names = new Set(
    objectsOf(allowed['tools']).map((tool) => asObject(tool['function'])?.['name'] ?? tool['name']),
  );
  const type = allowed['mode'] === 'required' ? 'required' : 'auto';
  return { tools: tools.filter(({ name }) => names.has(name)), toolChoice: { type } };
}
