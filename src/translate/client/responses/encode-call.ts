import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import type { KnownTool } from './decode-tools.ts';

/** A call as an item of a response. @param id - of the item */
export function encodeCall(
  { kind, name, namespace }: KnownTool,
  id: string,
  { toolCallId: call_id, input }: { readonly toolCallId: string; readonly input: string },
): Json {
  const status = 'completed';
  const named = { name, ...(namespace !== undefined && { namespace }) };
  switch (kind) {
    case 'function':
      return {
        id: `fc_${id}`,
        type: 'function_call',
        status,
        call_id,
        ...named,
        arguments: input === '' ? '{}' : input,
      };
    case 'custom':
      return { id: `ctc_${id}`, type: 'custom_tool_call', status, call_id, ...named, input: freeText(input) };
    case 'local_shell':
      return { id: `lsh_${id}`, type: 'local_shell_call', status, call_id, action: shellAction(input) };
  }
}

/** The input of a custom tool; all of the text where the model wrote no arguments. */
export function freeText(input: string): string {
  const text = argumentsOf(input)['input'];
  return typeof text === 'string' ? text : input;
}

function shellAction(input: string): Json {
  return { env: {}, ...argumentsOf(input), type: 'exec' };
}
