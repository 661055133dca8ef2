import type { Call } from '../../dialects/operations/call.ts';
import { asObject, parseObject } from '../../base/json.ts';
import { appendMember, replaceAt, setAt } from '../../dialects/scan/json-edit.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';

const LOWER_N = 0x6e;
const WITH_USAGE = '{"include_usage":true}';
const STREAM_OPTIONS = Buffer.from(`"stream_options":${WITH_USAGE}`);

/**
 * Requests the usage of a stream where its client left that open, so that the log has it. Every other byte stays as it is.
 * @returns undefined where the client has set it, or requested no stream
 */
export function withUsageRequested(call: Call): Buffer | undefined {
  if (!call.stream || call.body.kind !== 'buffered') return undefined;
  const { bytes } = call.body;
  const { streamOptionsAt: at } = call.hints;
  if (at < 0) return appendMember(bytes, STREAM_OPTIONS);
  if (bytes[at] === LOWER_N) return replaceAt(bytes, at, WITH_USAGE);
  const edited = setAt(bytes, at, { path: ['include_usage'], json: 'true', overwrites: false });
  return edited === bytes ? undefined : edited;
}

/**
 * The chunk with the usage has an empty list of choices, which is searched for as bytes: in a text of the model's the quotes
 * would be escaped.
 */
const EMPTY_LIST = Buffer.from('[]');
const NO_CHOICES = /"choices"\s*:\s*$/;
/** So much before the list is searched for its name. Bytes. */
const BEFORE_BYTES = 32;
const FRAME_ENDS = [Buffer.from('\n\n'), Buffer.from('\r\n\r\n'), Buffer.from('\r\r')];
const DATA = /^data: ?(.*)$/m;

/** Removes the chunk with the usage, which the client did not request. */
export const usageHider: ResponseTranslator = {
  contentType: undefined,
  unbuffered: true,
  translateWhole: (_, __, body) => Promise.resolve(body),
  translateStream: (_, out) => ({
    write: (chunk) => {
      const left = withoutUsage(chunk);
      return left.length === 0 || out.write(left);
    },
    onDrain: (resume) => out.onDrain(resume),
    end: () => Promise.resolve(true),
    abort: () => Promise.resolve(),
  }),
  drop: () => undefined,
};

/** @param chunk - of whole frames: a frame that is too long to be passed whole is never the usage */
function withoutUsage(chunk: Buffer): Buffer {
  let left = chunk;
  for (let at = left.indexOf(EMPTY_LIST); at >= 0; at = left.indexOf(EMPTY_LIST, at)) {
    const frame = isOfChoices(left, at) ? frameAround(left, at) : undefined;
    if (frame !== undefined && isUsageFrame(left.toString('utf8', frame.start, frame.end))) {
      left = Buffer.concat([left.subarray(0, frame.start), left.subarray(frame.end)]);
      at = frame.start;
    } else at += EMPTY_LIST.length;
  }
  return left;
}

function isOfChoices(chunk: Buffer, list: number): boolean {
  return NO_CHOICES.test(chunk.toString('latin1', Math.max(list - BEFORE_BYTES, 0), list));
}

function isUsageFrame(frame: string): boolean {
  const data = parseObject(DATA.exec(frame)?.[1] ?? '');
  const choices = data?.['choices'];
  return Array.isArray(choices) && choices.length === 0 && asObject(data?.['usage']) !== undefined;
}

function frameAround(chunk: Buffer, at: number): { readonly start: number; readonly end: number } {
  const starts = FRAME_ENDS.map((mark) => {
    const found = chunk.lastIndexOf(mark, at);
    return found < 0 ? 0 : found + mark.length;
  });
  const ends = FRAME_ENDS.map((mark) => {
    const found = chunk.indexOf(mark, at);
    return found < 0 ? chunk.length : found + mark.length;
  });
  return { start: Math.max(...starts), end: Math.min(...ends) };
}
