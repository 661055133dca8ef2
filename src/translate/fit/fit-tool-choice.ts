import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { CallOptions } from '../codec.ts';
import { withInstruction } from './instruction.ts';

/**
 * A choice among tools as a model takes it. One that cannot be made to call a tool is told to, and may still answer in
 * words; one that only chooses by itself is given no tools where it is to call none.
 */
export function fitToolChoice(options: CallOptions, { forcedTools = true }: ModelCapabilities): CallOptions {
  const { toolChoice, ...others } = options;
  if (forcedTools) return options;
  switch (toolChoice?.type) {
    case 'required':
      return withInstruction(others, 'Answer by calling one of the tools, not in words.');
    case 'tool':
      return withInstruction(others, `Answer by calling the tool ${toolChoice.toolName}, not in words.`);
    case 'none': {
      const { tools: _, ...toolless } = others;
      return toolless;
    }
    case 'auto':
    case undefined:
      return options;
  }
}
