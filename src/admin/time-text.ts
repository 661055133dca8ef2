/** The latest time a `Date` can hold. */
const LATEST_MS = 8.64e15;

/** Milliseconds since the epoch in RFC 3339; a time beyond all dates is the last of them. */
export function timeText(ms: number): string {
  return new Date(Math.min(ms, LATEST_MS)).toISOString();
}

/** The same; null where there is nothing to say. */
export function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined || ms === Infinity ? null : timeText(ms);
}
