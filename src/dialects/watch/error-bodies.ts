import { asObject, isPresent } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';

/* Whether a frame or a body is an error, by its own fields. What caused it, the rules of `verdict/` decide. */

/** Whether a frame or a body is an error by its own `error`, `object` or `type`. */
export function isErrorObject(frame: Json): boolean {
  return isPresent(frame['error']) || frame['object'] === 'error' || frame['type'] === 'error';
}

/** The same, or whether the envelope that some servers put around an answer holds an error. */
export function isErrorFrame(frame: Json): boolean {
  return (
    isErrorObject(frame) ||
    holdsError(frame['data']) ||
    holdsError(frame['result']) ||
    holdsError(frame['response']) ||
    isBadCode(asObject(frame['base_resp'])?.['status_code'])
  );
}

/** Dify's runs list the errors on their way although they have succeeded, as a whole or in part. */
function holdsError(wrapped: unknown): boolean {
  const inner = asObject(wrapped);
  return isPresent(inner?.['error']) && !/succeeded/.test(String(inner?.['status']));
}

/** Whether text is JSON and an error. Google's servers put theirs into an array of one. */
export function isErrorText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const body = asObject(Array.isArray(value) ? value[0] : value);
    return body !== undefined && isErrorFrame(body);
  } catch {
    return false;
  }
}

/**
 * Whether a body is an error of a provider that answers 200 to everything, and puts a code into the body (Coze, Spark:
 * `code`; MiniMax: `base_resp.status_code`; Tencent Cloud: `Response.Error`) or the state of what was run (Dify).
 */
export function isErrorAnswer(body: Json): boolean {
  const isExplained = typeof (body['msg'] ?? body['message']) === 'string';
  return (
    isErrorFrame(body) ||
    (isExplained && isBadCode(body['code'])) ||
    isPresent(asObject(body['Response'])?.['Error']) ||
    asObject(body['data'])?.['status'] === 'failed'
  );
}

/** Codes of success, in lower case. */
const GOOD_CODES: ReadonlySet<string> = new Set(['', '0', '200', 'ok', 'success', 'succeed']);

function isBadCode(code: unknown): boolean {
  if (typeof code !== 'number' && typeof code !== 'string') return false;
  return !GOOD_CODES.has(String(code).toLowerCase());
}

const EXPLANATION_FIELDS = [
  'message',
  'msg',
  'detail',
  'error_msg',
  'error_message',
  'errorMessage',
  'errors',
  'ErrorMsg',
];

/**
 * Whether a body without an answer explains why, in one of the fields that servers use for that:
 * `{"code":…,"message":…,"data":null}`, `{"detail":…}`, `{"success":false,"errors":[…]}`. Beside an answer these fields may
 * mean anything.
 */
export function explainsFailure(body: Json): boolean {
  if (isErrorAnswer(body) || EXPLANATION_FIELDS.some((field) => isPresent(body[field]))) return true;
  return isBadCode(body['code']) || isBadCode(body['error_code']);
}
