import { FEW_DESCRIPTORS } from '../listener/descriptors.ts';
import type { ConnectionCaps, ConnectionCounts } from '../listener/descriptors.ts';
import type { Log } from './contract.ts';

/** Between two lines of one kind, so that a flood does not fill the log as well. Milliseconds. */
const TOLD_EVERY_MS = 60_000;

/** Tells when connections have to give way or are refused, with how many were by then. @param now - milliseconds */
export function whenFull(log: Log, now: () => number): (counts: ConnectionCounts) => void {
  return atMostOften(now, ({ open, most, gaveWay, refused }) =>
    log.warn('there are more connections than may be open', { open, most, gaveWay, refused }),
  );
}

/** Tells when no worker takes connections, and so many wait that a new one is closed. @param now - milliseconds */
export function whenDropped(log: Log, now: () => number): (maxWaiting: number) => void {
  return atMostOften(now, (waiting) =>
    log.warn('connections are closed: too many wait for a worker', { waiting }),
  );
}

/** Tells when the process has no file descriptor left. @param now - milliseconds */
export function whenExhausted(log: Log, now: () => number): (code: string) => void {
  return atMostOften(now, (code) =>
    log.error('there are no file descriptors left: connections are lost', { code }),
  );
}

function atMostOften<What>(now: () => number, tell: (what: What) => void): (what: What) => void {
  let nextAt = -Infinity;
  return (what) => {
    if (now() < nextAt) return;
    nextAt = now() + TOLD_EVERY_MS;
    tell(what);
  };
}

/** Tells, at the start, what the process may have open, and where that is little. */
export function tellDescriptors(log: Log, limit: number | undefined, caps: ConnectionCaps): void {
  const { total: connections, perAddress: connectionsPerAddress } = caps;
  const told = { descriptors: limit ?? 'unknown', connections, connectionsPerAddress };
  if (limit !== undefined && limit < FEW_DESCRIPTORS)
    log.warn('file descriptors allow for few connections: raise the limit (ulimit -n)', told);
  else log.info('file descriptors allow for so many connections', told);
}
