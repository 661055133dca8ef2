import type { Json } from '../../../base/json.ts';
import type { Tool } from '../fields.ts';
import { textOf } from '../fields.ts';

/*
 * Tools whose schemas Anthropic's models know and the client runs, and those that only Anthropic's servers or models can use. The
 * fields are those of Anthropic's documentation (platform.claude.com/docs/en/agents-and-tools/tool-use: bash-tool,
 * text-editor-tool, memory-tool; 2026-11-30). Calls of them are `tool_use` blocks like any other.
 */

type Schema = Extract<Tool, { readonly type: 'function' }>['inputSchema'];

const TEXT = { type: 'string' } as const;
const LINE = { type: 'integer' } as const;
const LINES = { type: 'array', items: LINE } as const;

interface BuiltInTool {
  readonly description: string;
  readonly inputSchema: Schema;
}

const BASH: BuiltInTool = {
  description:
    "Runs a command in a bash session on the user's machine, which lasts from call to call, and returns what it prints.",
  inputSchema: {
    type: 'object',
    properties: {
      command: { ...TEXT, description: 'The command. Required unless the session is restarted.' },
      restart: { type: 'boolean', description: 'Starts the session anew.' },
    },
  },
};

const FILE_FIELDS = {
  file_text: { ...TEXT, description: 'For `create`: all of the file.' },
  old_str: {
    ...TEXT,
    description: 'For `str_replace`: the text to be replaced, which must be found exactly once.',
  },
  new_str: { ...TEXT, description: 'For `str_replace`: what takes its place.' },
  insert_line: {
    ...LINE,
    description: 'For `insert`: the line behind which the text goes; 0 for the beginning.',
  },
  view_range: {
    ...LINES,
    description: 'For `view` of a file: the first and the last line, from 1; -1 for the end.',
  },
};

/** @param insertField - the field of the text to be inserted, which has another name in older versions */
function textEditor(commands: readonly string[], insertField: 'insert_text' | 'new_str'): BuiltInTool {
  const inserted = { ...TEXT, description: 'For `insert`: the text.' };
  return {
    description: 'Views, creates and edits text files of the user’s.',
    inputSchema: {
      type: 'object',
      properties: {
        command: { ...TEXT, enum: [...commands] },
        path: { ...TEXT, description: 'Of the file or directory, absolute.' },
        ...FILE_FIELDS,
        ...(insertField === 'insert_text'
          ? { insert_text: inserted }
          : { new_str: { ...TEXT, description: 'For `str_replace` and `insert`: the new text.' } }),
      },
      required: ['command', 'path'],
    },
  };
}

const EDITS = ['view', 'create', 'str_replace', 'insert'];

const MEMORY: BuiltInTool = {
  description:
    'Keeps files that last from one conversation to the next, under /memories: look there first, and write down what will be needed later.',
  inputSchema: {
    type: 'object',
    properties: {
      command: { ...TEXT, enum: [...EDITS, 'delete', 'rename'] },
      path: { ...TEXT, description: 'Of the file or directory, under /memories; not for `rename`.' },
      ...FILE_FIELDS,
      insert_text: { ...TEXT, description: 'For `insert`: the text.' },
      old_path: { ...TEXT, description: 'For `rename`.' },
      new_path: { ...TEXT, description: 'For `rename`.' },
    },
    required: ['command'],
  },
};

/** By type, with its date. */
const CLIENT_TOOLS: ReadonlyMap<string, BuiltInTool> = new Map([
  ['bash_20241022', BASH],
  ['bash_20250124', BASH],
  ['memory_20250818', MEMORY],
  ['text_editor_20241022', textEditor([...EDITS, 'undo_edit'], 'new_str')],
  ['text_editor_20250124', textEditor([...EDITS, 'undo_edit'], 'new_str')],
  ['text_editor_20250429', textEditor(EDITS, 'new_str')],
  ['text_editor_20250728', textEditor(EDITS, 'insert_text')],
]);

/** The names of tools that Anthropic runs, or that only its models can use, without their dates. */
const VENDOR_TOOLS: ReadonlySet<string> = new Set([
  'advisor',
  'browser_toolset',
  'code_execution',
  'computer',
  'computer_toolset',
  'mcp_toolset',
  'tool_search_tool_bm25',
  'tool_search_tool_regex',
  'web_fetch',
  'web_search',
]);

/** What stands for a tool with a type of Anthropic's; undefined where the client does not run it. */
export function builtInTool(tool: Json): BuiltInTool | undefined {
  return CLIENT_TOOLS.get(textOf(tool['type']) ?? '');
}

/** Whether Anthropic runs a tool of this type, whatever its date. */
export function isVendorTool(type: string): boolean {
  return VENDOR_TOOLS.has(type.replace(/_(?:\d{8}|latest)$/u, ''));
}
