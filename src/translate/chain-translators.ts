import type { Sink } from '../upstream/exchange.ts';
import type { ResponseTranslator } from './response-translator.ts';

const STREAM = { 'content-type': 'text/event-stream' };
const WHOLE = { 'content-type': 'application/json' };

/**
 * Two translators in a row: the first one's output is the second one's input. Either may be absent.
 */
export function chainTranslators(
  first: ResponseTranslator | undefined,
  second: ResponseTranslator | undefined,
): ResponseTranslator | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  // What is only shaped has the frames of the first.
  const writesErrors = second.writeError === undefined && second.contentType === undefined ? first : second;
  return {
    contentType: second.contentType ?? first.contentType,
    ...(writesErrors.writeError !== undefined && { writeError: writesErrors.writeError.bind(writesErrors) }),
    ...(second.streams !== undefined && { streams: second.streams }),
    ...(first.unbuffered === true && second.unbuffered === true && { unbuffered: true }),
    dropped: [...(first.dropped ?? []), ...(second.dropped ?? [])],
    estimated: [...(first.estimated ?? []), ...(second.estimated ?? [])],
    maxWholeBytes: Math.min(first.maxWholeBytes ?? Infinity, second.maxWholeBytes ?? Infinity),
    translateWhole: async (status, headers, body) =>
      second.translateWhole(
        status,
        { ...headers, ...WHOLE },
        await first.translateWhole(status, headers, body),
      ),
    translateStream: (headers, out: Sink) => {
      const outer = second.translateStream({ ...headers, ...STREAM }, out);
      const inner = first.translateStream(headers, outer);
      return {
        write: (chunk) => inner.write(chunk),
        onDrain: (resume) => inner.onDrain(resume),
        end: async () => {
          if (await inner.end()) return outer.end();
          await outer.abort();
          return false;
        },
        abort: async () => {
          await inner.abort();
          await outer.abort();
        },
      };
    },
    drop: () => {
      first.drop();
      second.drop();
    },
  };
}
