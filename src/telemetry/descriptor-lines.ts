import { LOW_DESCRIPTOR_LIMIT } from '../listener/file-descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../listener/file-descriptors.ts';
import type { Log } from './contract.ts';

/** Between two lines of one kind, so that a flood does not fill the log as well. Milliseconds. */
const LOG_EVERY_MS = 60_000;

/** Tells when connections have to give way or are refused, with how many were by then. @param now - milliseconds */
export function logFull(log: Log, now: () => number): (counts: ConnectionCounts) => void {
  return throttled(now, ({ open, most, gaveWay, refused }) =>
    log.warn('there are more connections than may be open', { open, most, gaveWay, refused }),
  );
}

/** Tells when no worker takes connections, and so many wait that a new one is closed. @param now - milliseconds */
export function logDropped(log: Log, now: () => number): (maxWaiting: number) => void {
  return throttled(now, (waiting) =>
    log.warn('connections are closed: too many wait for a worker', { waiting }),
  );
}

/** Tells when the process has no file descriptor left. @param now - milliseconds */
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

/** Tells, at the start, what the process may have open, and where that is little. */
export function logDescriptors(log: Log, limit: number | undefined, caps: ConnectionCaps): void {
  const { total: connections, perAddress: connectionsPerAddress } = caps;
  const fields = { descriptors: limit ?? 'unknown', connections, connectionsPerAddress };
  if (limit !== undefined && limit < LOW_DESCRIPTOR_LIMIT)
    log.warn('file descriptors allow for few connections: raise the limit (ulimit -n)', fields);
  else log.info('file descriptors allow for so many connections', fields);
}
