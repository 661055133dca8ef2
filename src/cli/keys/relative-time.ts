import { formatDuration } from '../../config/schema/notations.ts';

/** A time to come, from now: `in 5s`, `now`. Milliseconds. */
export function fromNow(ms: number): string {
  return ms <= 0 ? 'now' : `in ${formatDuration(rounded(ms, Math.ceil))}`;
}

/** A time that is past, from now: `5s ago`, `just now`. Milliseconds. */
export function ago(ms: number): string {
  return ms < 1000 ? 'just now' : `${formatDuration(rounded(ms, Math.floor))} ago`;
}

/** The time of day in UTC, with its date where that is not today's. @param now - milliseconds since the epoch */
export function timeOfDay(at: string, now: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const isToday = new Date(now).toISOString().startsWith(date);
  return `${isToday ? '' : `${date} `}${time.slice(0, 8)} UTC`;
}

/** A time that is past: of the day, and from now. @param now - milliseconds since the epoch */
export function timeAndAge(at: string, now: number): string {
  return `${timeOfDay(at, now)}, ${ago(now - Date.parse(at))}`;
}

/** To seconds up to two minutes, minutes up to two hours, and hours. */
function rounded(ms: number, round: (units: number) => number): number {
  const unitMs = ms < 120_000 ? 1000 : ms < 7_200_000 ? 60_000 : 3_600_000;
  return round(ms / unitMs) * unitMs;
}
