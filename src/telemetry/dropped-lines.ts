import type { Log } from './contract.ts';
import type { DroppedLines } from './descriptor-output.ts';

const CAUSES: Readonly<Record<string, string>> = {
  EAGAIN: 'its reader did not read',
  EDQUOT: 'the quota of its disk was used up',
  EFBIG: 'its file may not grow',
  EIO: 'its terminal was closed, or its disk failed',
  ENOSPC: 'its disk was full',
  EPIPE: 'its reader had gone',
};

/** Logs, once the log can be written again, that there are lines missing before this one. An error: so may those be. */
export function logDroppedLines(log: Log, { lines, forMs, code }: DroppedLines): void {
  const what = lines === 1 ? '1 line of the log was' : `${lines} lines of the log were`;
  const cause = CAUSES[code] ?? 'it could not be written';
  log.error(`${what} dropped in ${(forMs / 1000).toFixed(1)} s because ${cause} (${code})`, { lines, forMs });
}
