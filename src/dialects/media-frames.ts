import { judgeChatFrame } from './chat-frames.ts';
import { typeOf } from './frame-judge.ts';
import type { Sight } from './frame-judge.ts';

/**
 * Streams of images, speech and transcripts: data with a `type` such as `speech.audio.delta` or
 * `image_generation.completed`. Frames without a type are those of servers that answer in chat chunks.
 */
export function judgeMediaFrame(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  open: boolean,
): Sight {
  const type = name === '' || name === 'message' ? typeOf(bytes, start, end) : name;
  if (type === 'error') return 'error';
  if (type === 'ping' || type === 'keepalive') return 'aside';
  if (type === '') return judgeChatFrame(name, bytes, start, end, open);
  return type.endsWith('.done') || type.endsWith('.completed') ? 'end' : 'output';
}
