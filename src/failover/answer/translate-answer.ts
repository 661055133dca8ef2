import type { Attempt } from '../attempt/attempt.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import { readWhole } from './whole-body.ts';

/** An answer that has to be read as a whole to be retold is not longer. Bytes. */
const MAX_TRANSLATED_BYTES = 64 * 1024 * 1024;

/** One frame of a stream that is retold is not longer: whoever reads it holds all of it. Bytes. */
const MAX_TRANSLATED_FRAME_BYTES = 32 * 1024 * 1024;

/** Of a frame that is read by a package there are its pieces as text, and the whole text. */
const FRAME_FACTOR = 3;

/** An answer that is not longer is read although more is held than should be: it is paid for. Bytes. */
const ALWAYS_ALLOWED_BYTES = 1024 * 1024;

/**
 * Has a whole answer retold. One that is too large is ended at once, and is not looked for elsewhere: it would be as large
 * there.
 * @returns undefined where it is not whole, cannot be read, or is too large: `attempt` tells them apart
 */
export async function translateWhole(
  attempt: Attempt,
  headers: ResponseHeaders,
  translator: ResponseTranslator,
  memory: MemoryMeter | undefined,
): Promise<Buffer | undefined> {
  const mayGrow = (by: number, length: number): boolean =>
    memory?.hold(by) !== false || length <= ALWAYS_ALLOWED_BYTES;
  const body = await readWhole(attempt, MAX_TRANSLATED_BYTES, () => attempt.endAsTooLarge(), mayGrow);
  if (body === undefined) return undefined;
  try {
    return await translator.translateWhole(200, headers, body);
  } catch (error) {
    if (!(error instanceof TranslationError)) throw error;
    return undefined;
  }
}

/**
 * Has a stream retold, to `sink`.
 * @returns whether the client has all of it, its end included
 */
export async function translateStream(
  attempt: Attempt,
  headers: ResponseHeaders,
  translator: ResponseTranslator,
  sink: Sink,
  memory: MemoryMeter | undefined,
): Promise<boolean> {
  const translated = translator.translateStream(headers, sink);
  const { opening } = attempt;
  let isWhole = opening.kind === 'whole';
  if (opening.kind === 'whole') translated.write(opening.body);
  else
    isWhole = await attempt.relay(
      translator.unbuffered === true ? translated : boundFrames(attempt, translated, memory),
    );
  if (isWhole) return translated.end();
  await translated.abort();
  return false;
}

/**
 * Passes on what comes, until a frame of it is too long: by itself, or for what there is room for. Who reads a stream sees
 * none of a frame before it is whole.
 */
function boundFrames(attempt: Attempt, translated: Sink, memory: MemoryMeter | undefined): Sink {
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
      if (frameBytes <= (hasRoom ? MAX_TRANSLATED_FRAME_BYTES : ALWAYS_ALLOWED_BYTES))
        return translated.write(chunk);
      attempt.endAsTooLarge();
      return true;
    },
    onDrain: (resume) => translated.onDrain(resume),
  };
}
