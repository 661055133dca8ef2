import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Less is the error of the measurement: the system tells its uptime in hundredths of a second. Milliseconds. */
const MIN_SLEEP_MS = 1_000;

/** From `performance.now()`, which begins with the process, to the machine's own count. */
const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

let sleptMs = 0;

/**
 * Milliseconds since some moment of the machine's start, with a fraction: the same for every process of the machine,
 * whatever its wall clock says. It never goes back, and jumps ahead only by what `lookForSleep` finds.
 */
export function machineMs(): number {
  return performance.now() + ORIGIN_MS + sleptMs;
}

/**
 * Takes over how long the machine has slept since its start. Linux stops the monotonic clock meanwhile
 * (clock_gettime(2), CLOCK_MONOTONIC) and counts on in its uptime; elsewhere the monotonic clock itself counts on.
 */
export function detectSleep(): void {
  if (process.platform !== 'linux') return;
  const sleptNow = uptime() * 1000 - (performance.now() + ORIGIN_MS);
  if (Math.abs(sleptNow - sleptMs) >= MIN_SLEEP_MS) sleptMs = Math.max(0, sleptNow);
}

detectSleep();

/** Guesses of one start of the machine are told from those of another by hours. Milliseconds. */
const GUESS_MS = 3_600_000;

/**
 * Names the machine's start, from which `machineMs` counts. Linux has a name for it (random(4)); elsewhere it is the
 * hour of that start, which a wall clock that was set in between may make another one.
 */
export function machineStart(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not on this system: the hour is the best there is.
    return `start-${Math.round((Date.now() - machineMs()) / GUESS_MS)}`;
  }
}
