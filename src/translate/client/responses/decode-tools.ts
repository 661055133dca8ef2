import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { createHash } from 'node:crypto';
import { requireText, textOf, describeWord } from '../fields.ts';
import type { Tool } from '../fields.ts';
import { functionTool } from '../openai/decode-tools.ts';

/** OpenAI's type for its shell, and the name of the function that stands for it. */
export const LOCAL_SHELL = 'local_shell';

/** What every family of providers takes as a tool's name. Characters. */
const MAX_NAME_LENGTH = 64;

/** The tools of a request, and the names of those that were dropped. */
export interface DecodedTools {
  readonly tools: readonly Tool[];
  readonly dropped: readonly string[];
}

/**
 * Decodes the tools that the client runs. A custom tool becomes a function of one text, and the shell one of a command; tools
 * that OpenAI runs are dropped.
 */
export function decodeTools(value: unknown): DecodedTools {
  const tools: Tool[] = [];
  const dropped: string[] = [];
  for (const { tool, flatName, where } of allTools(value)) {
    const { type } = tool;
    if (type === 'function') tools.push({ ...functionTool(tool, where), name: flatName });
    else if (type === 'custom') tools.push(customTool(tool, flatName));
    else if (type === LOCAL_SHELL) tools.push(localShell);
    else dropped.push(`tools.${describeWord(type)}`);
  }
  return { tools, dropped };
}

interface ListedTool {
  readonly tool: Json;
  /** Its name for providers without namespaces. */
  readonly flatName: string;
  readonly namespace: string | undefined;
  /** Its place in the request. */
  readonly where: string;
}

/** All tools of a request, with those in namespaces. */
function allTools(value: unknown): readonly ListedTool[] {
  return objectsOf(value).flatMap((tool, at) => {
    const where = `tools[${at}]`;
    if (tool['type'] !== 'namespace') return [listed(tool, undefined, where)];
    const namespace = requireText(tool['name'], `the name of ${where}`);
    return objectsOf(tool['tools']).map((each, of) => listed(each, namespace, `${where}.tools[${of}]`));
  });
}

function listed(tool: Json, namespace: string | undefined, where: string): ListedTool {
  const isNamed = tool['type'] === 'function' || tool['type'] === 'custom';
  const name = isNamed ? requireText(tool['name'], `the name of ${where}`) : describeWord(tool['type']);
  return { tool, flatName: flatNameOf(name, namespace), namespace, where };
}

/** The name of a tool of a namespace for providers without them; the end of a name that gets too long is hashed. */
export function flatNameOf(name: string, namespace: string | undefined): string {
  if (namespace === undefined) return name;
  const flat = `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;
  if (flat.length <= MAX_NAME_LENGTH) return flat;
  const hash = createHash('sha256').update(flat).digest('hex').slice(0, 8);
  return `${flat.slice(0, MAX_NAME_LENGTH - 1 - hash.length)}_${hash}`;
}

function customTool(tool: Json, name: string): Tool {
  const format = asObject(tool['format']);
  const grammar = textOf(format?.['definition']);
  const description = [
    textOf(tool['description']),
    grammar === undefined
      ? undefined
      : `The input follows this ${textOf(format?.['syntax']) ?? ''} grammar:\n${grammar}`,
  ];
  return {
    type: 'function',
    name,
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

/** A tool as the client described it. */
export interface KnownTool {
  readonly kind: 'function' | 'custom' | 'local_shell';
  /** As the client named it. */
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Looks tools up by the name of their function; unknown ones are functions. */
export function knownTools(tools: unknown): (flatName: string) => KnownTool {
  const known = new Map(
    allTools(tools).map(({ tool, flatName, namespace }): [string, KnownTool] => {
      const { type, name } = tool;
      const kind = type === 'custom' || type === LOCAL_SHELL ? type : 'function';
      return [flatName, { kind, name: typeof name === 'string' ? name : flatName, namespace }];
    }),
  );
  return (name) => known.get(name) ?? { kind: 'function', name, namespace: undefined };
}
