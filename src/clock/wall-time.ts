/*
 * State is kept by a monotonic clock (state-clock.ts); dates are shown to people by the wall clock. A process has one
 * state clock, and its difference from the wall clock is read here.
 */

let stateNow: () => number = Date.now;

/** Sets the clock of state, so that dates can be shown by the wall clock. @param now - milliseconds since the epoch */
export function setStateClock(now: () => number): void {
  stateNow = now;
}

/** How far this machine's wall clock is ahead of the clock that state is kept by. Milliseconds. */
export function wallAheadMs(): number {
  return Date.now() - stateNow();
}

/** Differences of less are due to reading two clocks one after the other. Milliseconds. */
const SAME_MS = 50;

/** The latest time a `Date` can hold. */
const LATEST_MS = 8.64e15;

/** A time of state, by the wall clock and in RFC 3339; one beyond all dates is the last of them. */
export function formatWallTime(at: number): string {
  const aheadMs = wallAheadMs();
  const wall = Math.abs(aheadMs) < SAME_MS ? at : at + aheadMs;
  return new Date(Math.max(-LATEST_MS, Math.min(wall, LATEST_MS))).toISOString();
}

/** The same; null where no time is set. */
export function wallTimeOrNull(at: number | undefined): string | null {
  return at === undefined || at === Infinity ? null : formatWallTime(at);
}
