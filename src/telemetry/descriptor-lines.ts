import { LOW_DESCRIPTOR_LIMIT } from '../listener/file-descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../listener/file-descriptors.ts';
import type { Log } from './contract.ts';

/** Between two lines of one kind, so that a flood does not fill the log as well. Milliseconds. */
const LOG_EVERY_MS = 60_000;

/** Logs that idle connections are closed for new ones, or new ones refused, with counts. @param now - milliseconds */
export function logFull(log: Log, now: () => number): (counts: ConnectionCounts) => void {
  return throttled(now, ({ open, most, gaveWay, refused }) =>
    log.warn('there are more connections than may be open', { open, most, gaveWay, refused }),
  );
}

/** Logs that new connections are closed because too many wait for a worker. @param now - milliseconds */
export function logDropped(log: Log, now: () => number): (maxWaiting: number) => void {
  return throttled(now, (waiting) =>
    log.warn('connections are closed: too many wait for a worker', { waiting }),
  );
}

/** Logs that the process has no file descriptor left. @param now - milliseconds */
export function logExhausted(log: Log, now: () => number): (code: string) => void {
  return throttled(now, (code) =>
    log.error('there are no file descriptors left: connections are lost', { code }),
  );
}

function throttled<What>(now: () => number, write: (what: What) => void): (what: What) => void {
  let nextAt = -Infinity;
  return (what) => {
    if (now() < nextAt) return;
    nextAt = now() + LOG_EVERY_MS;
    write(what);
  };
}

/** Logs, at the start, how many descriptors the process may have open; a warning where that is few. */
export function logDescriptors(log: Log, limit: number | undefined, caps: ConnectionCaps): void {
  const { total: connections, perAddress: connectionsPerAddress } = caps;
  const fields = { descriptors: limit ?? 'unknown', connections, connectionsPerAddress };
  if (limit !== undefined && limit < LOW_DESCRIPTOR_LIMIT)
    log.warn('few connections fit into the limit on open files: raise it (ulimit -n)', fields);
  else log.info('so many connections fit into the limit on open files', fields);
}
