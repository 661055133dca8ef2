import { pingFor } from '../dialects/operations/pings.ts';
import type { Call } from '../dialects/operations/call.ts';
import type { ResponseWriter } from './response-writer.ts';

/**
 * Keeps the client of a stream that has nothing yet: after a while its answer begins, and a ping is sent every so often.
 * To be disposed when there is something to tell.
 * @param everyMs - 0: never
 * @returns undefined where the client is not to be kept
 */
export function startPings(call: Call, writer: ResponseWriter, everyMs: number): Disposable | undefined {
  const ping = everyMs > 0 ? pingFor(call) : undefined;
  if (ping === undefined) return undefined;
  const timer = setInterval(() => writer.ping(ping), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
