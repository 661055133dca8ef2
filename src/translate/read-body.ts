import { parseObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';
import { NotExpressible } from './codec.ts';

/** The JSON object that a body is, whose top level was scanned before. Throws `NotExpressible`. */
export function readBody(body: Uint8Array): Json {
  const json = parseObject(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  // The scan does not look into nested values.
  if (json === undefined) throw new NotExpressible('its body is not valid JSON');
  if (Object.keys(json).length > MAX_FIELDS)
    throw new NotExpressible(`it has more than ${MAX_FIELDS} fields`);
  return json;
}

/** No dialect has more fields than some dozens; names of unknown ones are sent to the client, and fields can be echoed. */
export const MAX_FIELDS = 10_000;
