import type { Attempt } from '../attempt/attempt.ts';
import { ChunkBuffer } from '../../base/chunk-buffer.ts';

/**
 * All of an answer that passed the gate, whether it is still coming or not; undefined where it broke off or is
 * too large.
 * @param end - ends an answer that is too large
 * @param mayGrow - told of each piece and of how long the answer is with it; false where that is too large at the moment
 */
export async function readWhole(
  attempt: Attempt,
  maxBytes: number,
  end: () => void,
  mayGrow: (by: number, length: number) => boolean = () => true,
): Promise<Buffer | undefined> {
  if (attempt.opening.kind === 'whole') return attempt.opening.body;
  const pieces = new ChunkBuffer();
  let length = 0;
  const isWhole = await attempt.relay({
    write: (chunk) => {
      length += chunk.length;
      if (!mayGrow(chunk.length, length) || length > maxBytes) end();
      else pieces.push(chunk);
      return true;
    },
    onDrain: (resume) => resume(),
  });
  return isWhole && attempt.verdict.class === 'ok' ? pieces.all() : undefined;
}
