import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Less is within the precision of the uptime, which is in hundredths of a second. Milliseconds. */
const MIN_SLEEP_MS = 1_000;

/** From `performance.now()`, which begins with the process, to the machine's own count. */
const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

let sleptMs = 0;

/**
 * Milliseconds since some moment of the machine's start, with a fraction: the same for every process of the machine,
 * whatever its wall clock says. It never goes back, and jumps ahead only by the sleep that `detectSleep` finds.
 */
export function machineMs(): number {
  return performance.now() + ORIGIN_MS + sleptMs;
}

/**
 * Adds the time that the machine has slept since its start. Linux stops the monotonic clock meanwhile
 * (clock_gettime(2), CLOCK_MONOTONIC) and counts on in its uptime; elsewhere the monotonic clock itself counts on.
 */
export function detectSleep(): void {
  if (process.platform !== 'linux') return;
  const sleptNow = uptime() * 1000 - (performance.now() + ORIGIN_MS);
  if (Math.abs(sleptNow - sleptMs) >= MIN_SLEEP_MS) sleptMs = Math.max(0, sleptNow);
}

detectSleep();

/** Precision of an estimated start of the machine. Milliseconds. */
const START_PRECISION_MS = 3_600_000;

/**
 * An id of the machine's start, from which `machineMs` counts. Linux has one (random(4)); elsewhere it is the hour of that
 * start by the wall clock, so that setting the clock may change it.
 */
export function machineStart(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not available on this system.
    return `start-${Math.round((Date.now() - machineMs()) / START_PRECISION_MS)}`;
  }
}
