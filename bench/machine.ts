import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';

/** What a figure cannot be read without. */
export interface Host {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute, before the run: above a few tenths somebody else was using the machine. */
  readonly loadBefore: number;
}

/** The host, and what is measured beside us. */
export interface Machine extends Host {
  readonly nginx: string;
  readonly wrk: string;
}

/** One core for the proxy under test, another for everything around it. */
export interface Cores {
  readonly proxy: number;
  readonly load: number;
}

export function describeHost(): Host {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function describeMachine(tools: { nginx: string; wrk: string }): Machine {
  return {
    ...describeHost(),
    nginx: firstMatch(tools.nginx, '-v', /nginx\/(\S+)/),
    wrk: firstMatch(tools.wrk, '-v', /wrk (?:debian\/)?(\S+)/),
  };
}

/** Both tools print their version on an error exit or on stderr; so the text is looked at, not the code. */
function firstMatch(command: string, argument: string, pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(command, [argument], { encoding: 'utf8' });
  return pattern.exec(stdout + stderr)?.[1] ?? 'unknown';
}

/** @throws Error where this process may use fewer than two cores */
export function chooseCores(): Cores {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  const allowed = list.split(',').flatMap(expandRange);
  const [load, proxy] = allowed;
  if (load === undefined || proxy === undefined) {
    throw new Error('The benchmark needs two cores: one for the proxy, one for load and upstream.');
  }
  return { proxy, load };
}

function expandRange(range: string): number[] {
  const [first = NaN, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** Ticks of the operating system's processor accounting in a second. */
export function clockTicksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}
