import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import {
  cacheControlOf,
  describeWord,
  requireObject,
  requireObjects,
  requireText,
  schemaOf,
  textOf,
} from '../fields.ts';
import type { Tool } from '../fields.ts';
import { builtInTool, isVendorTool } from './built-in-tools.ts';

/** The tools of a request, and the names of those that were dropped. */
export interface DecodedTools {
  readonly tools: Tool[];
  readonly dropped: readonly string[];
}

/**
 * Decodes the tools that the client runs, as they are at the end of the conversation: system messages and compactions may add
 * some and remove others. Tools that are loaded later, by a search, are declared with the others. Those that Anthropic runs are
 * dropped; types that are not known are refused.
 */
export function decodeTools({ tools, messages }: Json): DecodedTools {
  const declared = new Map<string, Tool>();
  const dropped = new Set<string>();
  for (const [at, tool] of requireObjects(tools, 'tools').entries())
    addTool(tool, `tools[${at}]`, declared, dropped);
  for (const [at, message] of objectsOf(messages).entries())
    for (const change of changesIn(message)) {
      const tool = requireObject(change['tool'], `the tool of a change in messages[${at}]`);
      if (change['type'] === 'tool_removal') declared.delete(textOf(tool['name']) ?? '');
      else if (tool['type'] === 'tool_definition')
        addTool(
          requireObject(tool['definition'], `the tool that messages[${at}] adds`),
          `the tool that messages[${at}] adds`,
          declared,
          dropped,
        );
    }
  return { tools: [...declared.values()], dropped: [...dropped] };
}

/** Blocks that change the tools: of system messages, and of a compaction, which stands for those of the turns before it. */
export const TOOL_CHANGES: ReadonlySet<unknown> = new Set(['tool_addition', 'tool_removal']);

function changesIn({ content }: Json): readonly Json[] {
  return objectsOf(content).flatMap((block) =>
    TOOL_CHANGES.has(block['type']) ? [block] : objectsOf(block['tool_changes']),
  );
}

function addTool(tool: Json, where: string, declared: Map<string, Tool>, dropped: Set<string>): void {
  const type = describeWord(tool['type'] ?? 'custom');
  if (isVendorTool(type)) {
    dropped.add(`tools.${textOf(tool['name']) ?? type}`);
    return;
  }
  const builtIn = builtInTool(tool);
  if (builtIn === undefined && type !== 'custom')
    throw new NotExpressible(`${where} is of type ${type}, which is not known here`);
  const name = requireText(tool['name'], `the name of ${where}`);
  const description = textOf(tool['description']);
  declared.set(name, {
    type: 'function',
    name,
    ...(builtIn ?? {
      inputSchema: schemaOf(tool['input_schema']),
      ...(description !== undefined && { description }),
      ...(typeof tool['strict'] === 'boolean' && { strict: tool['strict'] }),
    }),
    ...cacheControlOf(tool),
  });
}

/** The effort that the last system message with one asks for; undefined where there is none. */
export function effortOfMessages({ messages }: Json): unknown {
  return objectsOf(messages)
    .filter(({ role }) => role === 'system')
    .map((message) => asObject(message['output_config'])?.['effort'] ?? undefined)
    .findLast((effort) => effort !== undefined);
}
