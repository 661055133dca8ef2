import type { Json } from '../../../base/json.ts';
import type { ClientTool } from '../../codec.ts';
import { freeText } from '../custom-tools.ts';
import { builtInTool } from './built-in-tools.ts';

/** A call as an item of a response. @param id - of the item */
export function encodeCall(
  { kind, name, namespace }: ClientTool,
  id: string,
  { toolCallId: call_id, input }: { readonly toolCallId: string; readonly input: string },
): Json {
  const status = 'completed';
  const named = { name, ...(namespace !== undefined && { namespace }) };
  if (kind === 'custom')
    return { id: `ctc_${id}`, type: 'custom_tool_call', status, call_id, ...named, input: freeText(input) };
  const builtIn = builtInTool(kind);
  if (builtIn === undefined)
    return {
      id: `fc_${id}`,
      type: 'function_call',
      status,
      call_id,
      ...named,
      arguments: input === '' ? '{}' : input,
    };
  return {
    id: `${builtIn.idPrefix}_${id}`,
    type: `${kind}_call`,
    status,
    call_id,
    ...builtIn.itemFields(input),
  };
}
