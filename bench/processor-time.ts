import { readdirSync, readFileSync } from 'node:fs';
import { clockTicksPerSecond } from './machine.ts';

/** How long one tick is, in microseconds. */
const TICK_US = 1_000_000 / clockTicksPerSecond();

/**
 * Processor time a process, its threads and its living descendants have used since they began, user and
 * system together, in microseconds. By the operating system's accounting, to its tick (10 ms as a rule).
 */
export function processorTimeUs(pid: number): number {
  return familyTicks(pid) * TICK_US;
}

function familyTicks(pid: number): number {
  return children(pid).reduce((sum, child) => sum + familyTicks(child), ticks(pid));
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses that may hold anything; the fields after it are counted from
  // the state, which proc(5) numbers 3. utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[14 - 3]) + Number(fields[15 - 3]);
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'))
    .flatMap((line) => line.split(' ').filter(Boolean).map(Number));
}
