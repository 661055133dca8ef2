import type { Attempt } from '../failover/attempt.ts';
import { RetellingError } from '../translate/retelling.ts';
import type { Retelling } from '../translate/retelling.ts';
import type { ResponseHeaders, Sink } from '../upstream/exchange.ts';
import type { Memory } from '../upstream/memory.ts';
import { wholeBody } from './whole-body.ts';

/** An answer that has to be read as a whole to be retold is not longer. Bytes. */
const MAX_RETOLD_BYTES = 64 * 1024 * 1024;

/** One frame of a stream that is retold is not longer: whoever reads it holds all of it. Bytes. */
const MAX_RETOLD_FRAME_BYTES = 32 * 1024 * 1024;

/** Of a frame that is read by a package there are its pieces as text, and the whole text. */
const FRAME_FACTOR = 3;

/** An answer that is not longer is read although more is held than should be: it is paid for. Bytes. */
const SPARED_BYTES = 1024 * 1024;

/**
 * Has a whole answer retold. One that is too large is ended at once, and is not looked for elsewhere: it would be as large
 * there.
 * @returns undefined where it is not whole, cannot be read, or is too large: `attempt` tells them apart
 */
export async function retellWhole(
  attempt: Attempt,
  headers: ResponseHeaders,
  retelling: Retelling,
  memory: Memory | undefined,
): Promise<Buffer | undefined> {
  const mayGrow = (by: number, length: number): boolean =>
    memory?.hold(by) !== false || length <= SPARED_BYTES;
  const body = await wholeBody(attempt, MAX_RETOLD_BYTES, () => attempt.refuse(), mayGrow);
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
  memory: Memory | undefined,
): Promise<boolean> {
  const told = retelling.stream(headers, sink);
  const { opening } = attempt;
  let isWhole = opening.kind === 'whole';
  if (opening.kind === 'whole') told.write(opening.body);
  else
    isWhole = await attempt.relay(
      retelling.holdsNothing === true ? told : boundFrames(attempt, told, memory),
    );
  if (isWhole) return told.end();
  await told.breakOff();
  return false;
}

/**
 * Passes on what comes, until a frame of it is too long: by itself, or for what there is room for. Who reads a stream sees
 * none of a frame before it is whole.
 */
function boundFrames(attempt: Attempt, told: Sink, memory: Memory | undefined): Sink {
  let frameBytes = 0;
  const count = (bytes: number): boolean => {
    const more = (bytes - frameBytes) * FRAME_FACTOR;
    frameBytes = bytes;
    if (more > 0) return memory?.hold(more) !== false;
    if (more < 0) memory?.release(-more);
    return true;
  };
  return {
    write: (chunk) => {
      const hasRoom = count(attempt.isMidFrame ? frameBytes + chunk.length : 0);
      if (frameBytes <= (hasRoom ? MAX_RETOLD_FRAME_BYTES : SPARED_BYTES)) return told.write(chunk);
      attempt.refuse();
      return true;
    },
    onDrain: (resume) => told.onDrain(resume),
  };
}
