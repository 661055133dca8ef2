/*
 * State is kept by a clock that nobody sets; people read dates by the clock on their wall. A process has one of the
 * former and shows dates in one place: what it knows of the difference stands here.
 */

let stateNow: () => number = Date.now;

/** Has dates shown by the wall clock, whatever clock state is kept by. @param now - that clock */
export function setStateClock(now: () => number): void {
  stateNow = now;
}

/** How far this machine's wall clock is ahead of the clock that state is kept by. Milliseconds. */
export function wallAheadMs(): number {
  return Date.now() - stateNow();
}

/** Differences of less are the time it takes to look at two clocks, and how finely they count. Milliseconds. */
const SAME_MS = 50;

/** The latest time a `Date` can hold. */
const LATEST_MS = 8.64e15;

/** A time of state, by the wall clock and in RFC 3339; one beyond all dates is the last of them. */
export function formatWallTime(at: number): string {
  const aheadMs = wallAheadMs();
  const wall = Math.abs(aheadMs) < SAME_MS ? at : at + aheadMs;
  return new Date(Math.max(-LATEST_MS, Math.min(wall, LATEST_MS))).toISOString();
}
