import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { shortName, ToolBook } from '../client-tools.ts';
import type { ToolIdentity } from '../client-tools.ts';
import { customTool, grammarOf } from '../custom-tools.ts';
import { describeWord, requireObjects, requireText, textOf } from '../fields.ts';
import { functionTool } from '../openai/decode-tools.ts';
import { builtInTool, isVendorTool } from './built-in-tools.ts';

/** The tools of a request, and the names of those that were dropped. */
export interface DecodedTools {
  readonly book: ToolBook;
  readonly dropped: readonly string[];
}

/** Items that add tools from their place in the conversation on. */
const ADDING_ITEMS: ReadonlySet<unknown> = new Set(['additional_tools', 'tool_search_output']);

/**
 * Decodes the tools that the client runs, of `tools` and of items that add some. Other dialects declare all tools at once, and
 * those that are loaded later, by a search, too. Tools that OpenAI runs are dropped; types that are not known are refused.
 */
export function decodeTools({ tools, input }: Json): DecodedTools {
  const book = new ToolBook(flatNameOf);
  const dropped = new Set<string>();
  addTools(tools, 'tools', book, dropped);
  if (Array.isArray(input))
    for (const [at, each] of input.entries()) {
      const item = asObject(each) ?? {};
      if (ADDING_ITEMS.has(item['type'])) addTools(item['tools'], `input[${at}].tools`, book, dropped);
    }
  return { book, dropped: [...dropped] };
}

function addTools(value: unknown, where: string, book: ToolBook, dropped: Set<string>): void {
  for (const [at, tool] of requireObjects(value, where).entries()) {
    const place = `${where}[${at}]`;
    if (tool['type'] === 'namespace') {
      const namespace = requireText(tool['name'], `the name of ${place}`);
      const tools = requireObjects(tool['tools'], `${place}.tools`);
      for (const [of, each] of withIntroduction(tools, namespace, tool['description']).entries())
        addTool(each, namespace, `${place}.tools[${of}]`, book, dropped);
    } else addTool(tool, undefined, place, book, dropped);
  }
}

/** What is said of a namespace as a whole stands with the first of its tools: for each it would cost its tokens again. */
function withIntroduction(tools: readonly Json[], namespace: string, introduction: unknown): readonly Json[] {
  const [first, ...others] = tools;
  const text = textOf(introduction);
  if (first === undefined || text === undefined) return tools;
  const about = `About all tools of ${namespace}: ${text}`;
  return [
    { ...first, description: [textOf(first['description']), about].filter(Boolean).join('\n\n') },
    ...others,
  ];
}

function addTool(
  tool: Json,
  namespace: string | undefined,
  where: string,
  book: ToolBook,
  dropped: Set<string>,
): void {
  const kind = describeWord(tool['type']);
  if (isVendorTool(tool)) {
    dropped.add(`tools.${kind}`);
    return;
  }
  const builtIn = builtInTool(kind);
  if (builtIn !== undefined) {
    book.add({ kind, name: kind }, (name) => builtIn.tool(tool, name));
    return;
  }
  if (kind !== 'function' && kind !== 'custom')
    throw new NotExpressible(`${where} is of type ${kind}, which is not known here`);
  const name = requireText(tool['name'], `the name of ${where}`);
  const identity = { kind, name, ...(namespace !== undefined && { namespace }) };
  book.add(identity, (functionName) =>
    kind === 'custom'
      ? customTool(tool, functionName, grammarOf(tool['format']), where)
      : { ...functionTool(tool, where), name: functionName },
  );
}

/**
 * What Codex calls the namespace of tools that are in none
 * (github.com/openai/codex, codex-rs/tools/src/tool_spec.rs, 2026-11-30).
 */
const DEFAULT_NAMESPACE = 'functions';

/** The name of a tool of a namespace for providers without them; the end of a name that gets too long is hashed. */
function flatNameOf({ name, namespace }: ToolIdentity): string {
  if (namespace === undefined || namespace === DEFAULT_NAMESPACE) return name;
  return shortName(`${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`);
}

/** The tool that an item or a choice names. */
export function identityOf(kind: string, named: Json, where: string): ToolIdentity {
  const name = requireText(named['name'], `the name of ${where}`);
  const namespace = textOf(named['namespace']);
  return { kind, name, ...(namespace !== undefined && { namespace }) };
}
