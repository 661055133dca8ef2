import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Call } from '../../dialects/operations/call.ts';
import { spaceEnd } from '../../dialects/scan/json-walk.ts';

/** Keys under which a body names things of earlier calls, and beginnings of letters that are escaped for no good reason. */
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
].map((key) => Buffer.from(`"${key}"`));
const ESCAPES = ['\\u005', '\\u006', '\\u007'].map((escape) => Buffer.from(escape));
const FIELDS = ['video[id]', 'file_id'].map((field) => Buffer.from(field));

/** As much of a piece is looked at again with the next one: more than any of these is long. Bytes. */
const OVERLAP_BYTES = 64;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Of a call whose body is too large to keep, the same call with the rest of its body looked through as it passes: where
 * it names something of an earlier call behind what was read, `onFound` is told and no more of it goes on. A word in the
 * content of a message is none of these, since its quotes are escaped. Who pays: bodies above `limits.replay`, for a few
 * searches in each piece, and one that has such a key at its end for other reasons, which is refused.
 */
export function rejectLateReferences(call: Call, onFound: () => void): Call {
  const { body, target } = call;
  if (body.kind !== 'streamed') return call;
  const isForm = body.head.subarray(0, 2).toString('latin1') === '--';
  // What a form uploads may be anything; only videos are made of what a form names.
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
    transform: (piece: Buffer, _, done) => {
      const bytes = Buffer.concat([before, piece]);
      before = bytes.subarray(-OVERLAP_BYTES);
      if (!hasReference(bytes)) return done(null, piece);
      onFound();
      done(new Error('the rest of a body names something'));
    },
  });
  // Whoever sends it on ends it when the sending is given up, and hears of it when what it comes from breaks.
  rest
    .on('error', (error) => inspector.destroy(error))
    .on('close', () => {
      if (!rest.readableEnded) inspector.destroy();
    });
  inspector.on('close', () => rest.destroy());
  // Nobody listens yet where a token has to be fetched before it is sent, and `onFound` has been told by then.
  inspector.on('error', () => undefined);
  return rest.pipe(inspector);
}

function hasReferenceField(bytes: Buffer): boolean {
  return FIELDS.some((field) => bytes.includes(field));
}

function hasReferenceKey(bytes: Buffer): boolean {
  return KEYS.some((key) => isKeyIn(bytes, key)) || ESCAPES.some((escape) => isEscapeIn(bytes, escape));
}

/** Whether the text stands there as a key. At the end of a piece it may be one. */
function isKeyIn(bytes: Buffer, key: Buffer): boolean {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    const next = spaceEnd(bytes, at + key.length);
    if (next === bytes.length || bytes[next] === COLON) return true;
  }
  return false;
}

/** Whether a letter is escaped: a backslash before it makes the first one a plain sign, and the rest plain text. */
function isEscapeIn(bytes: Buffer, escape: Buffer): boolean {
  for (let at = bytes.indexOf(escape); at >= 0; at = bytes.indexOf(escape, at + 1)) {
    if (bytes[at - 1] !== BACKSLASH) return true;
  }
  return false;
}
