import type { ClientError } from '../../dialects/errors/client-error.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { TranslationError, WithheldAnswer } from '../../translate/response-translator.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import type { ResponseHeaders, Sink } from '../../upstream/exchange.ts';
import { ChunkBuffer } from '../../base/chunk-buffer.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';

/** An answer that has to be read as a whole to be translated is not longer. Bytes. */
const MAX_TRANSLATED_BYTES = 64 * 1024 * 1024;

/** One frame of a stream that is translated is not longer: whoever reads it holds all of it. Bytes. */
const MAX_TRANSLATED_FRAME_BYTES = 32 * 1024 * 1024;

/** Of a frame that is read by a package there are its pieces as text, and the whole text. */
const FRAME_FACTOR = 3;

/** An answer that is not longer is read although more is held than should be: it is paid for. Bytes. */
const ALWAYS_ALLOWED_BYTES = 1024 * 1024;

/**
 * Translates a whole answer. One that is too large is ended at once, and is not looked for elsewhere: it would be as large
 * there.
 * @param memory - counts what is held of it meanwhile
 * @returns an error where the provider withheld what was asked for; undefined where it is not whole, cannot be read, or is too
 * large: `attempt` says which
 */
export async function translateWhole(
  attempt: Attempt,
  translator: ResponseTranslator,
  memory: MemoryMeter | undefined,
): Promise<Buffer | ClientError | undefined> {
  const maxBytes = Math.min(MAX_TRANSLATED_BYTES, translator.maxWholeBytes ?? Infinity);
  const body = await readWhole(attempt, maxBytes, memory);
  if (body === undefined) return undefined;
  try {
    return await translator.translateWhole(200, headersOf(attempt), body);
  } catch (error) {
    if (error instanceof WithheldAnswer) return error.error;
    if (!(error instanceof TranslationError)) throw error;
    return undefined;
  }
}

async function readWhole(
  attempt: Attempt,
  maxBytes: number,
  memory: MemoryMeter | undefined,
): Promise<Buffer | undefined> {
  if (attempt.opening.kind === 'whole') return attempt.opening.body;
  const chunks = new ChunkBuffer();
  const isWhole = await attempt.relay({
    write: (chunk) => {
      const length = chunks.length + chunk.length;
      const hasRoom = memory?.hold(chunk.length) !== false || length <= ALWAYS_ALLOWED_BYTES;
      if (!hasRoom || length > maxBytes) attempt.endAsTooLarge();
      else chunks.push(chunk);
      return true;
    },
    onDrain: (resume) => resume(),
  });
  return isWhole && attempt.verdict.class === 'ok' ? chunks.allInSteps() : undefined;
}

/**
 * Translates a stream, to `sink`.
 * @param memory - counts what is held of it
 * @returns whether the client has all of it, its end included
 */
export async function translateStream(
  attempt: Attempt,
  translator: ResponseTranslator,
  sink: Sink,
  memory: MemoryMeter | undefined,
): Promise<boolean> {
  const translated = translator.translateStream(headersOf(attempt), sink);
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

const NO_HEADERS: ResponseHeaders = {};

function headersOf({ opening }: Attempt): ResponseHeaders {
  return 'headers' in opening ? opening.headers : NO_HEADERS;
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
