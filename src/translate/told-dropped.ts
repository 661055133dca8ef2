import type { ResponseTranslator } from './response-translator.ts';

/** An answer that passes as it is, and beside it what was left out of its request. */
export function toldDropped(dropped: readonly string[]): ResponseTranslator | undefined {
  if (dropped.length === 0) return undefined;
  return {
    contentType: undefined,
    unbuffered: true,
    dropped,
    translateWhole: (_, __, body) => Promise.resolve(body),
    translateStream: (_, out) => ({
      write: (chunk) => out.write(chunk),
      onDrain: (resume) => out.onDrain(resume),
      end: () => Promise.resolve(true),
      abort: () => Promise.resolve(),
    }),
    drop: () => undefined,
  };
}
