import { formatWallTime } from '../clock/wall-time.ts';

/** A time of state, as people are shown it. */
export { formatWallTime as timeText } from '../clock/wall-time.ts';

/** The same; null where there is nothing to say. */
export function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined || ms === Infinity ? null : formatWallTime(ms);
}
