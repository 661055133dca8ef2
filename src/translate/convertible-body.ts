import type { CallBody } from '../dialects/operations/call.ts';
import { NotExpressible } from './codec.ts';

/**
 * What is converted to a vendor's own API is converted on the event loop, some 6 ms for a megabyte, and is not longer than
 * this. It is text alone, of half a million tokens, which is more than any of these vendors takes at once: DeepL 128 KiB
 * (developers.deepl.com/docs/api-reference/translate), embeddings of Vertex AI 20,000 tokens. Bytes.
 */
export const MAX_CONVERTED_BYTES = 2 * 1024 * 1024;

/** A body that can be converted there. Throws `NotExpressible`. */
export function requireConvertible(body: CallBody): Buffer {
  if (body.kind === 'streamed')
    throw new NotExpressible('it is larger than `limits.replay`, and cannot be read as a whole');
  if (body.bytes.length > MAX_CONVERTED_BYTES)
    throw new NotExpressible(`it is larger than ${MAX_CONVERTED_BYTES} bytes`);
  return body.bytes;
}
