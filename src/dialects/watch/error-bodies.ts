import { asObject, isPresent } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';

/* Errors by their own word: what a frame or a body says of itself. Whose fault it is, the rules say. */

/** Whether a frame or a body is an error by its own `error`, `object` or `type`. */
export function isErrorObject(frame: Json): boolean {
  return isPresent(frame['error']) || frame['object'] === 'error' || frame['type'] === 'error';
}

/** Whether a frame or a body is an error by its own word, or what some servers wrap around an answer holds one. */
export function isErrorFrame(frame: Json): boolean {
  return (
    isErrorObject(frame) ||
    holdsError(frame['data']) ||
    holdsError(frame['result']) ||
    holdsError(frame['response']) ||
    isBadCode(asObject(frame['base_resp'])?.['status_code'])
  );
}

/** A run that has succeeded, as a whole or in part, tells of the errors on its way as well (Dify). */
function holdsError(wrapped: unknown): boolean {
  const inner = asObject(wrapped);
  return isPresent(inner?.['error']) && !/succeeded/.test(String(inner?.['status']));
}

/**
 * Whether text that is a whole body is an error's. Google's servers put theirs into an array of one.
 * @param unreadable what to say of text that is no JSON
 */
export function isErrorText(text: string, unreadable = false): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const body = asObject(Array.isArray(value) ? value[0] : value);
    return body !== undefined && isErrorFrame(body);
  } catch {
    return unreadable;
  }
}

/**
 * Whether a body is an error by its own word: some providers answer 200 whatever comes, and put a code into it
 * (Coze, Spark: `code`; MiniMax: `base_resp.status_code`; Tencent Cloud: `Response.Error`), or the state of what was
 * run (Dify).
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

/** Codes that say that all is well, as they are written. */
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
 * Whether a body that lacks what it should have says why, in one of the words servers use for that:
 * `{"code":…,"message":…,"data":null}`, `{"detail":…}`, `{"success":false,"errors":[…]}`. Only of such a body:
 * beside an answer these words may say anything.
 */
export function explainsFailure(body: Json): boolean {
  if (isErrorAnswer(body) || EXPLANATION_FIELDS.some((word) => isPresent(body[word]))) return true;
  return isBadCode(body['code']) || isBadCode(body['error_code']);
}
