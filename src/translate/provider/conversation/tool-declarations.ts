import { NotExpressible } from '../../codec.ts';
import type { CallOptions } from '../../codec.ts';
import type { Tool } from '../prompt.ts';
import type { ConversationRules } from './conversation-rules.ts';
import { canBeStrict } from './strict-schema.ts';
import { schemaFor } from './tool-schemas.ts';

/** Where a description has to be, and the client gave none. */
const NO_DESCRIPTION = 'No description was given.';

/** Options with tools that the provider takes, and what of them was dropped. */
export interface DeclaredTools {
  readonly options: CallOptions;
  readonly dropped: readonly string[];
}

/**
 * Tools as the provider takes them: each name once, no blank descriptions, schemas of objects. Of two tools of one name the
 * first stays. Throws `NotExpressible` where the request forces a tool that it does not declare.
 */
export function withDeclaredTools(options: CallOptions, rules: ConversationRules): DeclaredTools {
  const { tools, toolChoice } = options;
  if (tools === undefined) return { options, dropped: [] };
  const dropped = new Set<string>();
  const declared = new Map<string, Tool>();
  for (const tool of tools) {
    if (declared.has(tool.name)) dropped.add(`tools.${tool.name}`);
    else declared.set(tool.name, declaredTool(tool, rules, dropped));
  }
  if (toolChoice?.type === 'tool' && !declared.has(toolChoice.toolName))
    throw new NotExpressible(`the tool ${toolChoice.toolName}, which it forces, is not among its tools`);
  return { options: { ...options, tools: [...declared.values()] }, dropped: [...dropped] };
}

function declaredTool(tool: Tool, rules: ConversationRules, dropped: Set<string>): Tool {
  if (tool.type !== 'function') return tool;
  const { description, strict, ...others } = tool;
  const inputSchema = schemaFor(tool.inputSchema, rules.schemas);
  const isDescribed = description !== undefined && description.trim() !== '';
  const isStrict = strict === true && canBeStrict(inputSchema, rules.schemas.strict);
  if (strict === true && !isStrict) dropped.add('tools.strict');
  return {
    ...others,
    inputSchema,
    ...(isDescribed && { description }),
    ...(!isDescribed && rules.describedTools && { description: NO_DESCRIPTION }),
    ...(strict !== undefined && { strict: isStrict }),
  };
}
