import type { Attempt } from '../failover/attempt.ts';
import { RetellingError } from '../translate/retelling.ts';
import type { Retelling } from '../translate/retelling.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import { wholeBody } from './whole-body.ts';

/** An answer that has to be read as a whole to be retold is not longer. Bytes. */
const MAX_RETOLD_BYTES = 64 * 1024 * 1024;

/** One frame of a stream that is retold is not longer: whoever reads it holds all of it. Bytes. */
const MAX_RETOLD_FRAME_BYTES = 32 * 1024 * 1024;

/**
 * Has a whole answer retold. One that is too large is ended at once, and is not looked for elsewhere: it would be as large
 * there.
 * @returns undefined where it is not whole, cannot be read, or is too large: `attempt` tells them apart
 */
export async function retellWhole(
  attempt: Attempt,
  headers: ResponseHeaders,
  retelling: Retelling,
): Promise<Buffer | undefined> {
  const body = await wholeBody(attempt, MAX_RETOLD_BYTES, () => attempt.refuse());
  if (body === undefined) return undefined;
  try {
    return await retelling.whole(200, headers, body);
  } catch (error) {
    if (!(error instanceof RetellingError)) throw error;
    return undefined;
  }
}

/**
 * Has a stream retold, to `sink`.
 * @returns whether the client has all of it, its end included
 */
export async function retellStream(
  attempt: Attempt,
  headers: ResponseHeaders,
  retelling: Retelling,
  sink: Sink,
): Promise<boolean> {
  const told = retelling.stream(headers, sink);
  const { opening } = attempt;
  let isWhole = opening.kind === 'whole';
  if (opening.kind === 'whole') told.write(opening.body);
  else isWhole = await attempt.relay(boundFrames(attempt, told));
  if (isWhole) return told.end();
  await told.breakOff();
  return false;
}

/** Passes on what comes, until a frame of it is too long. Who reads a stream sees none of a frame before it is whole. */
function boundFrames(attempt: Attempt, told: Sink): Sink {
  let frameBytes = 0;
  return {
    write: (chunk) => {
      frameBytes = attempt.isMidFrame ? frameBytes + chunk.length : 0;
      if (frameBytes <= MAX_RETOLD_FRAME_BYTES) return told.write(chunk);
      attempt.refuse();
      return true;
    },
    onDrain: (resume) => told.onDrain(resume),
  };
}
