import { asObject, itemsOf } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import type { Json } from '../../../base/json.ts';
import { definedOnly, describeWord, schemaOf, textOf } from '../fields.ts';
import type { Tool } from '../fields.ts';

/*
 * OpenAI's tools that its API only describes and the client runs, and the functions that stand for them elsewhere. Their fields
 * are those of the items in OpenAI's reference (platform.openai.com/docs/api-reference/responses/create, 2026-11-30).
 */

const TEXT = { type: 'string' } as const;

interface BuiltInTool {
  /** The function that stands for it. @param tool as the client declared it */
  readonly tool: (tool: Json, name: string) => Tool;
  /** The arguments of the function for an item of a call. */
  readonly argumentsOf: (item: Json) => Json;
  /** The fields of an item for a call of the function. */
  readonly itemFields: (input: string) => Json;
  /** Begins the ids of such items. */
  readonly idPrefix: string;
}

const localShell: BuiltInTool = {
  tool: (_, name) => ({
    type: 'function',
    name,
    description: "Runs a command on the user's machine and returns what it prints.",
    inputSchema: {
      type: 'object',
      properties: {
        command: { type: 'array', items: TEXT, description: 'The command and its arguments.' },
        working_directory: TEXT,
        timeout_ms: { type: 'number' },
      },
      required: ['command'],
      additionalProperties: false,
    },
  }),
  argumentsOf: (item) => {
    const { command, working_directory, timeout_ms } = asObject(item['action']) ?? {};
    return definedOnly({ command, working_directory, timeout_ms });
  },
  itemFields: (input) => ({ action: { env: {}, ...argumentsOf(input), type: 'exec' } }),
  idPrefix: 'lsh',
};

const shell: BuiltInTool = {
  tool: (_, name) => ({
    type: 'function',
    name,
    description:
      "Runs shell commands on the user's machine, each in a shell of its own, and returns what each prints and how it ended.",
    inputSchema: {
      type: 'object',
      properties: {
        commands: { type: 'array', items: TEXT, description: 'The commands, which may run side by side.' },
        timeout_ms: { type: 'number', description: 'How long they may run. Milliseconds.' },
        max_output_length: { type: 'number', description: 'How much of the output is returned. Characters.' },
      },
      required: ['commands'],
      additionalProperties: false,
    },
  }),
  argumentsOf: (item) => {
    const { commands, timeout_ms, max_output_length } = asObject(item['action']) ?? {};
    return definedOnly({ commands, timeout_ms, max_output_length });
  },
  itemFields: (input) => ({
    action: { commands: [], timeout_ms: null, max_output_length: null, ...argumentsOf(input) },
    environment: { type: 'local' },
  }),
  idPrefix: 'sh',
};

const applyPatch: BuiltInTool = {
  tool: (_, name) => ({
    type: 'function',
    name,
    description: [
      'Creates, updates or deletes one file of the user’s. A `diff` has no headers: its lines begin with a space where they',
      'stay, `-` where they go and `+` where they are new; every line of a new file begins with `+`. Each changed place is',
      'introduced by a line of `@@`, which may go on with the line of the class or function that it is in.',
    ].join('\n'),
    inputSchema: {
      type: 'object',
      properties: {
        operation: {
          type: 'object',
          properties: {
            type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
            path: TEXT,
            diff: { type: 'string', description: 'Not for `delete_file`.' },
          },
          required: ['type', 'path'],
          additionalProperties: false,
        },
      },
      required: ['operation'],
      additionalProperties: false,
    },
  }),
  argumentsOf: (item) => ({ operation: asObject(item['operation']) ?? {} }),
  itemFields: (input) => {
    const fields = argumentsOf(input);
    return { operation: asObject(fields['operation']) ?? fields };
  },
  idPrefix: 'apc',
};

const toolSearch: BuiltInTool = {
  tool: (tool, name) => {
    const description = textOf(tool['description']);
    return {
      type: 'function',
      name,
      ...definedOnly({ description }),
      inputSchema: schemaOf(tool['parameters']),
    };
  },
  argumentsOf: ({ arguments: given }) =>
    typeof given === 'string' ? argumentsOf(given) : (asObject(given) ?? {}),
  itemFields: (input) => ({ execution: 'client', arguments: argumentsOf(input) }),
  idPrefix: 'tsc',
};

const BUILT_IN: ReadonlyMap<string, BuiltInTool> = new Map([
  ['local_shell', localShell],
  ['shell', shell],
  ['apply_patch', applyPatch],
  ['tool_search', toolSearch],
]);

/** The tool of a type; undefined where there is none that a client runs. */
export function builtInTool(type: unknown): BuiltInTool | undefined {
  return typeof type === 'string' ? BUILT_IN.get(type) : undefined;
}

/** Tools that OpenAI runs, or that only its models can use. A date may end the name: `web_search_2025_08_26`. */
const VENDOR_TOOLS: ReadonlySet<string> = new Set([
  'code_interpreter',
  'computer',
  'computer_use',
  'computer_use_preview',
  'file_search',
  'image_generation',
  'mcp',
  'programmatic_tool_calling',
  'web_search',
  'web_search_preview',
]);

/**
 * Whether OpenAI runs a tool. Of shells and of the search for tools the declaration says who does: without a word the client
 * runs a shell, and OpenAI the search.
 */
export function isVendorTool(tool: Json): boolean {
  const type = describeWord(tool['type']);
  if (type === 'shell') return isHostedEnvironment(tool['environment']);
  if (type === 'tool_search') return tool['execution'] !== 'client';
  return VENDOR_TOOLS.has(type.replace(/_\d{4}_\d{2}_\d{2}$/u, ''));
}

/** Whether a shell runs in a container of OpenAI's. */
export function isHostedEnvironment(environment: unknown): boolean {
  const type = asObject(environment)?.['type'];
  return type !== undefined && type !== 'local';
}

/** The text of a shell's output, in items of which each command has one. */
export function shellOutputText(output: unknown): string {
  return typeof output === 'string' ? output : JSON.stringify(itemsOf(output));
}
