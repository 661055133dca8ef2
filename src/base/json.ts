/**
 * What one frame of a stream means for the answer as a whole:
 * - `aside`: nothing: a ping, a keep-alive, or no frame of the dialect
 * - `preamble`: the answer has begun, and said nothing
 * - `output`: it says something
 * - `silent`: it gives its reason to stop, which stands for what it says; its end is to come
 * - `silent-end`: the same, and it is its end
 * - `end`: its end, and it says something
 * - `marker`: an end of which none of the answer is a part: alone it is no answer
 * - `error`, `failed`: an error; `failed` is the answer's proper end as well
 */
export type FrameKind =
  'aside' | 'preamble' | 'output' | 'silent' | 'silent-end' | 'end' | 'marker' | 'error' | 'failed';

/**
 * Judges a frame.
 * @param name of the event, empty where it has none
 * @param bytes where the data stands from `start` to `end`, perhaps cut short at the scanner's bound
 * @param open whether output was seen before: then only an end or an error matters any more, and a judge
 *   looks no closer than that takes
 */
export type FrameClassifier = (
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  open: boolean,
) => FrameKind;

/** A JSON object as it was parsed: what its fields hold has to be looked at. */
export type Json = Readonly<Record<string, unknown>>;

const DONE = '[DONE]';
const QUOTE = 0x22;
const MAX_TYPE_BYTES = 128;

/** The object that JSON text holds; undefined where it holds none. */
export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return asObject(value);
  } catch {
    return undefined;
  }
}

/** Whether text is JSON from its beginning to its end. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The value if it is an object and no array. */
export function asObject(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a field says something: it is there, and neither null, false nor empty. */
export function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Whether a frame or a body is an error by its own word. */
export function isErrorObject(frame: Json): boolean {
  return isPresent(frame['error']) || frame['object'] === 'error' || frame['type'] === 'error';
}

/** Whether the data is the marker that ends a chat stream. */
export function isDone(bytes: Buffer, start: number, end: number): boolean {
  // Some servers pad it.
  return end - start < DONE.length + 8 && bytes.toString('latin1', start, end).trim() === DONE;
}

/** The `type` of a frame's data; empty where it has none. Costs no parsing where the type stands first. */
export function frameType(bytes: Buffer, start: number, end: number): string {
  for (const opening of ['{"type":"', '{"type": "']) {
    if (bytes.toString('latin1', start, Math.min(end, start + opening.length)) !== opening) continue;
    const from = start + opening.length;
    const to = Math.min(end, from + MAX_TYPE_BYTES);
    for (let at = from; at < to; at++) {
      if (bytes[at] === QUOTE) return bytes.toString('latin1', from, at);
    }
  }
  const type = parseObject(bytes.toString('utf8', start, end))?.['type'];
  return typeof type === 'string' ? type : '';
}
