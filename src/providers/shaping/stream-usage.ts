import { splice } from '../../dialects/body-facts.ts';
import type { Call } from '../../dialects/call.ts';
import { asObject, parseObject } from '../../dialects/frame-judge.ts';
import { membersOf, spaceEnd, valueEnd } from '../../dialects/json-walk.ts';
import type { Retelling } from '../../translate/retelling.ts';

const CLOSE_BRACE = 0x7d;
const OPEN_BRACE = 0x7b;

/**
 * Asks for the usage of a stream where its client said nothing of it: what a request cost is worth knowing.
 * Every other byte stays as it is.
 * @returns undefined where the client has said what it wants, or did not ask for a stream
 */
export function withUsage(call: Call): Buffer | undefined {
  if (!call.stream || call.body.kind !== 'kept') return undefined;
  const { bytes } = call.body;
  const { streamOptionsAt: at } = call.hints;
  if (at < 0) {
    const end = bytes.lastIndexOf(CLOSE_BRACE);
    return splice(bytes, end, end, ',"stream_options":{"include_usage":true}');
  }
  if (bytes[at] !== OPEN_BRACE) return splice(bytes, at, valueEnd(bytes, at), '{"include_usage":true}');
  for (const { key } of membersOf(bytes, at)) if (key === 'include_usage') return undefined;
  const isEmpty = bytes[spaceEnd(bytes, at + 1)] === CLOSE_BRACE;
  return splice(bytes, at + 1, at + 1, `"include_usage":true${isEmpty ? '' : ','}`);
}

/** The chunk that tells the usage has no choices; what is written in between does not say otherwise. */
const NO_CHOICES = [Buffer.from('"choices":[]'), Buffer.from('"choices": []')];
const FRAME_ENDS = [Buffer.from('\n\n'), Buffer.from('\r\n\r\n')];
const DATA = 'data:';

/** Takes the chunk out again that a client has not asked for. */
export const hideUsage: Retelling = {
  contentType: undefined,
  whole: (_, __, body) => Promise.resolve(body),
  stream: (_, out) => ({
    write: (chunk) => {
      const left = withoutUsage(chunk);
      return left.length === 0 || out.write(left);
    },
    onDrain: (resume) => out.onDrain(resume),
    end: () => Promise.resolve(true),
    breakOff: () => Promise.resolve(),
  }),
  drop: () => undefined,
};

/** @param chunk - of whole frames: a frame that was too long to be passed on whole tells no usage */
function withoutUsage(chunk: Buffer): Buffer {
  for (let at = nextOf(NO_CHOICES, chunk, 0); at >= 0; at = nextOf(NO_CHOICES, chunk, at + 1)) {
    const { start, end } = frameAround(chunk, at);
    const frame = chunk.toString('utf8', start, end).trim();
    const data = frame.startsWith(DATA) ? parseObject(frame.slice(DATA.length)) : undefined;
    const isUsage = asObject(data?.['usage']) !== undefined && isEmptyList(data?.['choices']);
    if (isUsage) return Buffer.concat([chunk.subarray(0, start), chunk.subarray(end)]);
  }
  return chunk;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
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

/** Where the first of several marks stands, from `from` on; -1 where none does. */
function nextOf(marks: readonly Buffer[], chunk: Buffer, from: number): number {
  const found = marks.map((mark) => chunk.indexOf(mark, from)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}
