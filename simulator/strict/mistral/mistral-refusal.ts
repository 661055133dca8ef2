import type { Refusal } from '../../vendor-errors/vendor-errors.ts';
import type { Finding, Path } from '../rule.ts';
import { valueAt } from '../shape.ts';

/** The code of a finding that stands in a list of them, under the status 422. */
export const DETAIL = 'detail';

/** The kinds of mistakes, by their codes. */
const TYPES: Readonly<Record<string, string>> = {
  '3230': 'invalid_request_message_order',
  '3240': 'invalid_request_assistant_message',
  '3280': 'invalid_function_call',
};

/** What breaks a rule of Mistral's, as it says so. */
export function mistralRefusal(finding: Finding, body: unknown): Refusal {
  const { message, code = '' } = finding;
  if (code === DETAIL)
    return refusal(422, { detail: [detailOf(finding, body)] }, 'invalid_request_error', null);
  return refusal(400, message, TYPES[code] ?? 'invalid_request_error', code);
}

function refusal(status: number, message: unknown, type: string, code: string | null): Refusal {
  return { kind: 'refusal', status, body: { object: 'error', message, type, param: null, code } };
}

/** A finding of the body's shape as it stands in the list. */
function detailOf({ path, message }: Finding, body: unknown): object {
  const type = message.startsWith('Extra')
    ? 'extra_forbidden'
    : message.startsWith('Field')
      ? 'missing'
      : 'value_error';
  return { type, loc: ['body', ...locationOf(path, body)], msg: message, input: valueAt(body, path) ?? null };
}

/** Messages are told apart by their role, which stands in the way to what is in them. */
function locationOf(path: Path, body: unknown): Path {
  if (path[0] !== 'messages' || typeof path[1] !== 'number') return path;
  const role = valueAt(body, ['messages', path[1], 'role']);
  return typeof role === 'string' ? [...path.slice(0, 2), role, ...path.slice(2)] : path;
}
