import { formatWallTime } from '../clock/wall-time.ts';

/** A time of state as people are shown it; null where none is set. */
export function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined || ms === Infinity ? null : formatWallTime(ms);
}
