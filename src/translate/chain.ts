import type { Sink } from '../upstream/exchange.ts';
import type { Retelling } from './retelling.ts';

const STREAM = { 'content-type': 'text/event-stream' };
const WHOLE = { 'content-type': 'application/json' };

/**
 * Two retellings in a row: what the first makes of the provider's answer, the second makes into the client's.
 * Either may be absent.
 */
export function chain(first: Retelling | undefined, second: Retelling | undefined): Retelling | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    contentType: second.contentType ?? first.contentType,
    ...(second.streams !== undefined && { streams: second.streams }),
    dropped: [...(first.dropped ?? []), ...(second.dropped ?? [])],
    whole: async (status, headers, body) =>
      second.whole(status, { ...headers, ...WHOLE }, await first.whole(status, headers, body)),
    stream: (headers, out: Sink) => {
      const outer = second.stream({ ...headers, ...STREAM }, out);
      const inner = first.stream(headers, outer);
      return {
        write: (chunk) => inner.write(chunk),
        onDrain: (resume) => inner.onDrain(resume),
        end: async () => {
          if (await inner.end()) return outer.end();
          await outer.breakOff();
          return false;
        },
        breakOff: async () => {
          await inner.breakOff();
          await outer.breakOff();
        },
      };
    },
    drop: () => {
      first.drop();
      second.drop();
    },
  };
}
