import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Call } from '../../dialects/operations/call.ts';
import { spaceEnd } from '../../dialects/scan/json-walk.ts';

/** JSON keys of ids of earlier resources, and beginnings of escaped ASCII letters, by which such a key could be disguised. */
const KEYS = [
  'file_id',
  'file_ids',
  'container',
  'previous_response_id',
  'conversation',
  'conversation_id',
  'chat_id',
  'input_file_id',
  'training_file',
  'validation_file',
  'video',
  'context_id',
  'operationName',
  'JobId',
].map((key) => Buffer.from(`"${key}"`));
const ESCAPES = ['\\u004', '\\u005', '\\u006', '\\u007'].map((escape) => Buffer.from(escape));
const FIELDS = ['video[id]', 'file_id'].map((field) => Buffer.from(field));

/** The end of a chunk that is searched again with the next one: longer than any of these. Bytes. */
const OVERLAP_BYTES = 64;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * For a call whose body is too large to keep, the same call with the rest of its body searched as it is sent: where it names
 * an earlier resource after the part that was read, `onFound` is called and no more of it is sent. Text in a message does
 * not match, since its quotes are escaped. Who pays: bodies above `limits.replay`, for a few searches in each chunk, and
 * one that has such a key near its end for other reasons, which is refused.
 */
export function rejectLateReferences(call: Call, onFound: () => void): Call {
  const { body, target } = call;
  if (body.kind !== 'streamed') return call;
  const isForm = body.head.subarray(0, 2).toString('latin1') === '--';
  // An uploaded file may hold anything. Only forms that create videos refer to resources.
  if (isForm && !target.operation.name.startsWith('videos.')) return call;
  const hasReference = isForm ? hasReferenceField : hasReferenceKey;
  return { ...call, body: { ...body, rest: inspected(body.rest, body.head, hasReference, onFound) } };
}

function inspected(
  rest: Readable,
  head: Buffer,
  hasReference: (bytes: Buffer) => boolean,
  onFound: () => void,
): Readable {
  let before = head.subarray(-OVERLAP_BYTES);
  const inspector = new Transform({
    transform: (chunk: Buffer, _, done) => {
      const bytes = Buffer.concat([before, chunk]);
      before = bytes.subarray(-OVERLAP_BYTES);
      if (!hasReference(bytes)) return done(null, chunk);
      onFound();
      done(new Error('the rest of a body names something'));
    },
  });
  // It is destroyed when sending it is given up, and its source breaking destroys it too.
  rest
    .on('error', (error) => inspector.destroy(error))
    .on('close', () => {
      if (!rest.readableEnded) inspector.destroy();
    });
  inspector.on('close', () => rest.destroy());
  // It may fail before anybody listens, while a token is fetched; `onFound` has been called by then.
  inspector.on('error', () => undefined);
  return rest.pipe(inspector);
}

function hasReferenceField(bytes: Buffer): boolean {
  return FIELDS.some((field) => bytes.includes(field));
}

function hasReferenceKey(bytes: Buffer): boolean {
  return KEYS.some((key) => isKeyIn(bytes, key)) || ESCAPES.some((escape) => isEscapeIn(bytes, escape));
}

/** Whether the text occurs as a key. At the end of a chunk it counts as one. */
function isKeyIn(bytes: Buffer, key: Buffer): boolean {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    const next = spaceEnd(bytes, at + key.length);
    if (next === bytes.length || bytes[next] === COLON) return true;
  }
  return false;
}

/** Whether a letter is escaped: not where the backslash is itself escaped. */
function isEscapeIn(bytes: Buffer, escape: Buffer): boolean {
  for (let at = bytes.indexOf(escape); at >= 0; at = bytes.indexOf(escape, at + 1)) {
    if (bytes[at - 1] !== BACKSLASH) return true;
  }
  return false;
}
