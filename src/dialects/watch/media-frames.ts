import { classifyChatFrame } from './chat-frames.ts';
import { frameType } from './frame-kind.ts';
import type { FrameKind } from './frame-kind.ts';

/**
 * Streams of images, speech and transcripts: data with a `type` such as `speech.audio.delta` or
 * `image_generation.completed`. Some servers answer in chat chunks instead, which have no type.
 */
export function classifyMediaFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  hasOutput: boolean,
): FrameKind {
  const type = name === '' || name === 'message' ? frameType(bytes, start, end) : name;
  if (type === 'error') return 'error';
  if (type === 'ping' || type === 'keepalive') return 'ignored';
  if (type === '') return classifyChatFrame(name, bytes, start, end, hasOutput);
  return type.endsWith('.done') || type.endsWith('.completed') ? 'end' : 'output';
}
