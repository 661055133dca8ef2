import { parseObject } from '../../base/json.ts';
import { isErrorText } from './error-bodies.ts';
import { MAX_FRAME_BYTES } from '../scan/sse-scanner.ts';
import type { UsageNotes } from './usage-notes.ts';

/**
 * What one frame of a stream means for the answer as a whole:
 * - `ignored`: nothing: a ping, a keep-alive, or no frame of the dialect
 * - `preamble`: the answer has begun, without output so far
 * - `output`: it holds output
 * - `empty`: the model stopped, for a reason it names, without output; the end of the stream is to come
 * - `empty-end`: the same, and it ends the stream
 * - `end`: it ends the stream, and has output or comes after some
 * - `end-marker`: it ends the stream and is no part of the answer: alone it is no answer
 * - `error`: an error
 * - `failed`: an error that properly ends the stream
 */
export type FrameKind =
  'ignored' | 'preamble' | 'output' | 'empty' | 'empty-end' | 'end' | 'end-marker' | 'error' | 'failed';

/**
 * Classifies a frame. Called once for every frame of a stream: it looks no closer than it has to.
 * @param name of the event, empty where it has none
 * @param bytes where the data stands from `start` to `end`, perhaps cut short at the scanner's bound
 * @param hasOutput whether output was seen before: then only an end or an error matters any more
 * @param usage takes down what the frame tells of tokens, where that is seen on the way
 */
export type FrameClassifier = (
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
  usage: UsageNotes,
) => FrameKind;

const DONE = '[DONE]';
const QUOTE = 0x22;
const MAX_TYPE_BYTES = 128;

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

/** A frame of which nothing is known but that its name or its data may say that it is an error. */
export function classifyAnyFrame(name: string, bytes: Buffer, start: number, end: number): FrameKind {
  if (isDone(bytes, start, end)) return 'end-marker';
  if (name === 'error') return 'error';
  const data = bytes.toString('utf8', start, end);
  return data.includes('error') && isErrorText(data) ? 'error' : 'output';
}

/**
 * A frame that does not parse is relayed as it is. It opens the commit gate only where the scanner's bound has cut it: a
 * malformed chunk is no answer by itself.
 */
export function classifyUnreadable(start: number, end: number, hasOutput: boolean): FrameKind {
  return hasOutput || end - start >= MAX_FRAME_BYTES ? 'output' : 'ignored';
}
