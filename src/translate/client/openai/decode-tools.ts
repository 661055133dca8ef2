import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type { CallOptions } from '../../codec.ts';
import { ToolBook } from '../client-tools.ts';
import type { MakeTool, ToolIdentity } from '../client-tools.ts';
import { customTool, grammarOf } from '../custom-tools.ts';
import {
  cacheControlOf,
  requireObject,
  requireObjects,
  requireText,
  schemaOf,
  textOf,
  describeWord,
} from '../fields.ts';
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

/** The tools of a chat, and the names of those that were dropped. */
interface DecodedTools {
  readonly book: ToolBook;
  readonly dropped: readonly string[];
}

/**
 * Decodes the tools of a chat, and the older `functions`. Of two of one name the first stays. A type of tool that is not known is
 * refused.
 */
export function decodeTools(body: Json): DecodedTools {
  const book = new ToolBook(({ name }) => name);
  const dropped = new Set<string>();
  const add = (identity: ToolIdentity, make: MakeTool): void => {
    if (book.has(identity)) dropped.add(`tools.${identity.name}`);
    else book.add(identity, make);
  };
  for (const [at, tool] of requireObjects(body['tools'], 'tools').entries())
    addTool(tool, `tools[${at}]`, add);
  for (const [at, each] of requireObjects(body['functions'], 'functions').entries())
    addFunction(each, {}, `functions[${at}]`, add);
  return { book, dropped: [...dropped] };
}

type AddTool = (identity: ToolIdentity, make: MakeTool) => void;

function addTool(tool: Json, where: string, add: AddTool): void {
  const { type } = tool;
  if (type === 'function') {
    addFunction(requireObject(tool['function'], `${where}.function`), tool, where, add);
    return;
  }
  if (type !== 'custom')
    throw new NotExpressible(`${where} is of type ${describeWord(type)}, which chats elsewhere do not have`);
  const described = requireObject(tool['custom'], `${where}.custom`);
  const name = requireText(described['name'], `the name of ${where}`);
  const grammar = grammarOf(asObject(described['format'])?.['grammar']);
  add({ kind: 'custom', name }, (functionName) => ({
    ...customTool(described, functionName, grammar, where),
    ...cacheControlOf(tool),
  }));
}

function addFunction(described: Json, tool: Json, where: string, add: AddTool): void {
  const made = { ...functionTool(described, where), ...cacheControlOf(tool) };
  add({ kind: 'function', name: made.name }, (name) => ({ ...made, name }));
}

/** The choice among the tools of a chat, by the names of their functions. */
export function decodeChoice(body: Json, book: ToolBook): ToolOptions {
  const given = body['tool_choice'] ?? body['function_call'];
  // As Mistral's clients write it: docs.mistral.ai/api/endpoint/chat, `tool_choice` (2026-11-30).
  const choice = given === 'any' ? 'required' : given;
  const named = asObject(choice);
  if (named === undefined) return withToolChoice(book.tools, choice);
  const allowed = asObject(named['allowed_tools']);
  if (allowed === undefined) return withToolChoice(book.tools, { name: functionNameIn(named, book) });
  const tools = objectsOf(allowed['tools']).map((tool) => ({ name: functionNameIn(tool, book) }));
  return withToolChoice(book.tools, { ...allowed, type: 'allowed_tools', tools });
}

/** The older `function_call` names its function directly. */
function functionNameIn(choice: Json, book: ToolBook): string {
  const kind = choice['type'] === 'custom' ? 'custom' : 'function';
  const name = asObject(choice[kind])?.['name'] ?? choice['name'];
  return book.functionNameOf({ kind, name: requireText(name, 'the name of tool_choice') });
}

/**
 * The tools with the choice among them: a word, the name of one tool, or `allowed_tools` with their names. What forces a tool
 * that cannot be declared is refused.
 */
export function withToolChoice(tools: readonly Tool[], choice: unknown): ToolOptions {
  const named = asObject(choice);
  const isForced =
    choice === 'required' || named?.['type'] !== 'allowed_tools' || named['mode'] === 'required';
  if (tools.length === 0) {
    if (isForced && (named !== undefined || choice === 'required')) throw noSuchTool();
    return {};
  }
  if (choice === 'none' || choice === 'auto' || choice === 'required')
    return { tools: [...tools], toolChoice: { type: choice } };
  if (choice === undefined || choice === null) return { tools: [...tools] };
  if (named === undefined)
    throw new NotExpressible(`tool_choice is ${describeWord(choice)}, which is not known here`);
  if (named['type'] === 'allowed_tools') return allowedOf(tools, named);
  const tool = tools.find(({ name }) => name === named['name']);
  if (tool === undefined) throw noSuchTool();
  return { tools: [...tools], toolChoice: { type: 'tool', toolName: tool.name } };
}

function noSuchTool(): NotExpressible {
  return new NotExpressible('tool_choice asks for a tool that cannot be declared');
}

function allowedOf(tools: readonly Tool[], allowed: Json): ToolOptions {
  const names = new Set(objectsOf(allowed['tools']).map((tool) => tool['name']));
  const type = allowed['mode'] === 'required' ? 'required' : 'auto';
  const chosen = tools.filter(({ name }) => names.has(name));
  if (chosen.length > 0) return { tools: chosen, toolChoice: { type } };
  if (type === 'required') throw noSuchTool();
  return {};
}
